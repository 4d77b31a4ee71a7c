using System;

namespace Mpa
{
    /// <summary>A token and how long it is good for.</summary>
    public sealed class Authorization
    {
        /// <summary>The whole value of the Authorization header: "XBL3.0 x=&lt;user
        /// hash&gt;;&lt;token&gt;", for a service's own token "XBL3.0 x=-;&lt;token&gt;".
        /// Required.</summary>
        public string Header { get; set; }

        /// <summary>The token is not used from then on. Null: unknown, used until the service
        /// refuses it.</summary>
        public DateTimeOffset? ExpiresAt { get; set; }
    }
}
