using System;
using System.Diagnostics.CodeAnalysis;

namespace Mpa
{
    using Mpa.Internal;

    public sealed partial class MpaClient
    {
        /// <summary>Sets the token for all requests that begin from now on. Never blocks.</summary>
        public MpaResult SetAuthorization(MpaAuthorization authorization)
        {
            MpaResult set = operations.Authorizations.Set(authorization);
            GC.KeepAlive(this);
            return set;
        }

        /// <summary>Copies the authorization in use, with its proof key, so that one process can sign in for many: it
        /// passes them on to the servers, which set them with <see cref="SetAuthorization"/>. False if there is none:
        /// <see cref="MpaStatus.AuthorizationNeeded"/>. A client that signs in by itself starts to do so with the
        /// first call; until it has, the result is <see cref="MpaStatus.SignInPending"/>. Handle
        /// <see cref="AuthorizationChanged"/> instead of calling this repeatedly. Never blocks.</summary>
        public bool TryGetAuthorization(
            [MaybeNullWhen(false)] out MpaAuthorization authorization, out MpaResult result)
        {
            bool got = operations.Authorizations.TryGet(out authorization, out result);
            GC.KeepAlive(this);
            return got;
        }

        /// <summary>Reports to a client that signs in by itself that the service has refused a token of it. If that
        /// token is still in use, it is not used or returned again, and another is obtained at once in the
        /// background; otherwise this has no effect. Never blocks.</summary>
        public MpaResult InvalidateAuthorization(MpaAuthorization authorization)
        {
            MpaResult invalidated = operations.Authorizations.Invalidate(authorization);
            GC.KeepAlive(this);
            return invalidated;
        }
    }
}
