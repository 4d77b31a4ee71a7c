using System;

namespace Mpa
{
    /// <summary>A token and how long it is good for.</summary>
    public sealed class MpaAuthorization
    {
        /// <summary>The whole value of the Authorization header: "XBL3.0 x=&lt;user
        /// hash&gt;;&lt;token&gt;", for a service's own token "XBL3.0 x=-;&lt;token&gt;".
        /// Required.</summary>
        public string Header { get; set; }

        /// <summary>The token is not used from then on. Null: unknown, used until the service
        /// refuses it.</summary>
        public DateTimeOffset? ExpiresAt { get; set; }

        /// <summary>The P-256 private key that the token is bound to, in PEM (PKCS#8 or SEC1): requests
        /// with the token are signed with it. Null: the token is bound to none.</summary>
        public string ProofKeyPem { get; set; }

        /// <summary>For a log: neither token nor key.</summary>
        public override string ToString()
        {
            string end = ExpiresAt == null ? "no known end" : "expires at " + ExpiresAt.Value.ToString("u");
            return "Authorization (" + end + ")";
        }
    }
}
