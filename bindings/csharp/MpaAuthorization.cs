using System;
using System.Diagnostics.CodeAnalysis;

namespace Mpa
{
    /// <summary>A token, and how long it is valid.</summary>
    public sealed class MpaAuthorization
    {
        /// <summary>The whole value of the Authorization header: "XBL3.0 x=&lt;user
        /// hash&gt;;&lt;token&gt;", for a service's own token "XBL3.0 x=-;&lt;token&gt;".
        /// Required.</summary>
        public
#if NET7_0_OR_GREATER
            required
#endif
            string Header { get; set; } = "";

        /// <summary>When the token expires by the service's clock, after which it is not used. It takes effect once a
        /// response has shown the service's time. Null: unknown; the token is used until the service refuses
        /// it.</summary>
        public DateTimeOffset? ExpiresAt { get; set; }

        /// <summary>How long the token is still valid, from the call that it is passed to. It takes precedence
        /// over <see cref="ExpiresAt"/> and this machine's clock. Null: unknown. Zero or negative: it has
        /// expired.</summary>
        public TimeSpan? ExpiresIn { get; set; }

        /// <summary>The P-256 private key that the token is bound to, in PEM (PKCS#8 or SEC1): requests
        /// with the token are signed with it. Null: the token is bound to none.</summary>
        [AllowNull, MaybeNull]
        public string ProofKeyPem { get; set; }

        /// <summary>For a log: neither token nor key.</summary>
        public override string ToString()
        {
            string end = ExpiresAt == null ? "no known end" : "expires at " + ExpiresAt.Value.ToString("u");
            return "MpaAuthorization (" + end + ")";
        }
    }
}
