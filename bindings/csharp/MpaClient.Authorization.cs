using System;
using System.Diagnostics.CodeAnalysis;

namespace Mpa
{
    using Mpa.Internal;

    public sealed partial class MpaClient
    {
        /// <summary>Gives the client another token, for all requests that begin from now on. Never
        /// blocks.</summary>
        public MpaResult SetAuthorization(MpaAuthorization authorization)
        {
            MpaResult set = operations.Authorizations.Set(authorization);
            GC.KeepAlive(this);
            return set;
        }

        /// <summary>Copies the authorization in use, with its proof key, so that one process can sign in
        /// for many: it passes them on to the servers, which push them with
        /// <see cref="SetAuthorization"/>. False where there is none:
        /// <see cref="MpaStatus.AuthorizationNeeded"/>. A client that signs in by itself begins to do so
        /// with the first call, and says <see cref="MpaStatus.SignInPending"/> until that has ended;
        /// <see cref="AuthorizationChanged"/> saves asking again. Never blocks.</summary>
        public bool TryGetAuthorization(
            [MaybeNullWhen(false)] out MpaAuthorization authorization, out MpaResult result)
        {
            bool got = operations.Authorizations.TryGet(out authorization, out result);
            GC.KeepAlive(this);
            return got;
        }

        /// <summary>Tells a client that signs in by itself that the service refused the token that it
        /// gave out. If that token is still the one in use, it is not given out again, and another is
        /// obtained at once in the background; with any other token nothing happens. Never
        /// blocks.</summary>
        public MpaResult InvalidateAuthorization(MpaAuthorization authorization)
        {
            MpaResult invalidated = operations.Authorizations.Invalidate(authorization);
            GC.KeepAlive(this);
            return invalidated;
        }
    }
}
