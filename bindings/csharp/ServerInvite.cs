using System;
using System.Collections.Generic;

namespace Mpa
{
    /// <summary>An invite that a server sends on behalf of a user who asked for it.</summary>
    public sealed class ServerInvite
    {
        /// <summary>The XUID of the user on whose behalf the server invites. Required.</summary>
        public ulong Sender { get; set; }

        /// <summary>As <see cref="Invite.InvitedUsers"/>.</summary>
        public IReadOnlyList<ulong> InvitedUsers { get; set; }

        /// <summary>As <see cref="Invite.ConnectionString"/>.</summary>
        public string ConnectionString { get; set; }

        /// <summary>As <see cref="Invite.Platform"/>.</summary>
        public Platform Platform { get; set; }

        /// <summary>How long a submitted invite may take until it is sent. Zero: as in
        /// <see cref="ClientConfig.InviteTimeToLive"/>. Calls that block do not look at it.</summary>
        public TimeSpan TimeToLive { get; set; }
    }
}
