using System;
using System.Diagnostics.CodeAnalysis;
using System.Threading;
using System.Threading.Tasks;

namespace Mpa
{
    /// <summary>How a client reaches the service. Null and zero mean the default, except in
    /// <see cref="RecentPlayersHold"/> and <see cref="AuthorizationLead"/>, where zero means not at all, and in
    /// <see cref="CloseDeadline"/>. Negative times are refused, except there.</summary>
    public sealed partial class MpaClientConfig
    {
        /// <summary>The decimal number of your title, from Partner Center. Required.</summary>
        public
#if NET7_0_OR_GREATER
            required
#endif
            uint TitleId { get; set; }

        /// <summary>Base URL of the service. Default: production. Plain http:// is for tests: it is
        /// refused unless the host is this machine, or <see cref="AllowPlainHttp"/> is
        /// set.</summary>
        [AllowNull, MaybeNull]
        public string Endpoint { get; set; }

        /// <summary>The first token, as <see cref="MpaAuthorization.Header"/>. Default: none; set one with
        /// <see cref="MpaClient.SetAuthorization"/>.</summary>
        [AllowNull, MaybeNull]
        public string AuthorizationHeader { get; set; }

        /// <summary>The same, with its expiry and the key that it is bound to. Not together with
        /// <see cref="AuthorizationHeader"/>.</summary>
        [AllowNull, MaybeNull]
        public MpaAuthorization Authorization { get; set; }

        /// <summary>A PEM file with the certificates of authorities to trust, read when the client is opened.
        /// Default: only those built into the library. Those of the system are never read.</summary>
        [AllowNull, MaybeNull]
        public string CaCertificatesPath { get; set; }

        /// <summary>Prepended to the library's own User-Agent, such as "MyGame/1.2".</summary>
        [AllowNull, MaybeNull]
        public string UserAgent { get; set; }

        /// <summary><see cref="MpaCaMode.Only"/> requires
        /// <see cref="CaCertificatesPath"/>.</summary>
        public MpaCaMode CaMode { get; set; }

        /// <summary>Allows plain http:// to other machines too, where the token is sent unencrypted.</summary>
        public bool AllowPlainHttp { get; set; }

        /// <summary>Time limit for connecting. Default: 3 s. At most <see cref="MpaLimits.MaxTimeoutMs"/>.</summary>
        public TimeSpan ConnectTimeout { get; set; }

        /// <summary>Time limit for one request with its response. Default: 5 s. At most
        /// <see cref="MpaLimits.MaxTimeoutMs"/>.</summary>
        public TimeSpan RequestTimeout { get; set; }

        /// <summary>Time limit for a whole blocking call, with all its requests. Default: 30 s. At most
        /// <see cref="MpaLimits.MaxTimeoutMs"/>.</summary>
        public TimeSpan CallTimeout { get; set; }

        /// <summary>The most attempts for each request, the first one included. Default: 4. 1: no retries. At most
        /// 10.</summary>
        public uint MaxAttempts { get; set; }

        /// <summary>How many requests with invites may be sent in <see cref="LimitPeriod"/>, up to 1,000; for invites
        /// with a user's own token, per user. A request has up to 16 users. Default: only the limits that the service
        /// reports.</summary>
        public uint InviteLimit { get; set; }

        /// <summary>How many requests with recent players may be sent in <see cref="LimitPeriod"/>.
        /// Default: the same.</summary>
        public uint RecentPlayersLimit { get; set; }

        /// <summary>How many requests that set or delete activities may be sent in
        /// <see cref="LimitPeriod"/>. Default: the same.</summary>
        public uint ActivityWriteLimit { get; set; }

        /// <summary>How many requests that get or query activities may be sent in
        /// <see cref="LimitPeriod"/>. Default: the same.</summary>
        public uint ActivityReadLimit { get; set; }

        /// <summary>The period of the limits above, up to an hour. Required if one of them is set.</summary>
        public TimeSpan LimitPeriod { get; set; }

        /// <summary>How long a submitted invite may take until it is sent. Default: 30 s. At most
        /// <see cref="MpaLimits.MaxDurationMs"/>.</summary>
        public TimeSpan InviteTimeToLive { get; set; }

        /// <summary>How long submitted recent players may take until they are sent. Default: 10 minutes. At most
        /// <see cref="MpaLimits.MaxDurationMs"/>.</summary>
        public TimeSpan RecentPlayersTimeToLive { get; set; }

        /// <summary>How long submitted recent players are held, to be combined into full requests, but no longer than
        /// until 250 ms before the end of their time to live. Null: 2 s. Zero: not at all. At most
        /// <see cref="MpaLimits.MaxDurationMs"/>.</summary>
        public TimeSpan? RecentPlayersHold { get; set; }

        /// <summary>How many threads send submitted invites. Default: 1. At most 64.</summary>
        public uint WorkerCount { get; set; }

        /// <summary>How many submitted operations there may be whose task has not completed yet. Default: 4,096. At
        /// most 1,000,000.</summary>
        public uint QueueCapacity { get; set; }

        /// <summary>How many bytes of data they may hold: users, players, texts, tokens. Default: 16 MiB. In memory
        /// it takes up to a third more, and 2 KiB for each operation.</summary>
        public uint QueueCapacityBytes { get; set; }

        /// <summary>How long before the authorization expires <see cref="MpaClient.AuthorizationNeeded"/> is raised.
        /// Null: 10 minutes. Zero: not before operations wait for one. At most <see cref="MpaLimits.MaxDurationMs"/>.
        /// For a client that signs in by itself: how long before its expiry a token is renewed. Null: a quarter of
        /// its lifetime, at most a day.</summary>
        public TimeSpan? AuthorizationLead { get; set; }

        /// <summary>A number of your own that identifies the owner of this client, for
        /// <see cref="MpaClient.CloseAll"/>. 0: none.</summary>
        public ulong OwnerTag { get; set; }

        /// <summary>The most detailed level for which <see cref="MpaClient.Logged"/> is raised. Default:
        /// none.</summary>
        public MpaLogLevel LogLevel { get; set; }

        /// <summary>For a client that signs in by itself: the file of the publisher's certificate with its chain, in
        /// PEM, or a PKCS#12 file (.pfx). It is read when the client is opened, and again when it has changed.
        /// Default: the client does not sign in; your code sets tokens.</summary>
        [AllowNull, MaybeNull]
        public string CertificatePath { get; set; }

        /// <summary>The file with the private key, in PEM. Default: it is in the file of the
        /// certificate.</summary>
        [AllowNull, MaybeNull]
        public string PrivateKeyPath { get; set; }

        /// <summary>The password of the PKCS#12 file. Default: none.</summary>
        [AllowNull, MaybeNull]
        public string CertificatePassword { get; set; }

        /// <summary>The certificate with its chain as PEM text, instead of
        /// <see cref="CertificatePath"/>.</summary>
        [AllowNull, MaybeNull]
        public string CertificatePem { get; set; }

        /// <summary>The private key as PEM text. Default: it is in
        /// <see cref="CertificatePem"/>.</summary>
        [AllowNull, MaybeNull]
        public string PrivateKeyPem { get; set; }

        /// <summary>The sandbox that tokens are for; case matters. Default: "RETAIL".</summary>
        [AllowNull, MaybeNull]
        public string SandboxId { get; set; }

        /// <summary>The relying party that tokens are issued for. Default: "http://xboxlive.com".</summary>
        [AllowNull, MaybeNull]
        public string RelyingParty { get; set; }

        /// <summary>Base URL of the service that accepts the certificate. Default: production.</summary>
        [AllowNull, MaybeNull]
        public string SignInEndpoint { get; set; }

        /// <summary>Base URL of the service that issues tokens. Default: production.</summary>
        [AllowNull, MaybeNull]
        public string TokenEndpoint { get; set; }

        /// <summary>The HTTP proxy that https:// connections go through: "http://host:port" or
        /// "http://user:password@host:port", with the special characters of user and password
        /// percent-encoded. Default: none; the environment and the system's settings are not
        /// read.</summary>
        [AllowNull, MaybeNull]
        public string ProxyUrl { get; set; }

        /// <summary>What completes the tasks of submitted operations. True: your own calls of
        /// <see cref="MpaClient.Poll"/>, on the thread that makes them, as engines need it. False: a thread that the
        /// client starts with the first operation; continuations run elsewhere.</summary>
        public bool HostPolls { get; set; }

        /// <summary>A function that obtains an authorization. It is called if the client is opened without one, when
        /// operations wait for one, when the service has refused it, and <see cref="AuthorizationLead"/> before it
        /// expires. It runs on the thread pool, one call at a time, and the client uses what it returns. If it
        /// throws, the client raises <see cref="MpaClient.HandlerFailed"/> and calls it again after 1 s, then 2 s, up
        /// to 30 s. Its cancellation token is cancelled when the client closes. Null: set authorizations with
        /// <see cref="MpaClient.SetAuthorization"/>.</summary>
        [AllowNull, MaybeNull]
        public Func<MpaAuthorizationRequest, CancellationToken, Task<MpaAuthorization>> AuthorizationProvider
        {
            get;
            set;
        }

        /// <summary>Whether the task of an operation that is refused when it is submitted (a wrong argument, a full
        /// queue) completes where others do: inside <see cref="MpaClient.Poll"/>, or on another thread. False: it has
        /// completed when the method returns. Either way the refusal is its result, and nothing is thrown. If the
        /// client is closed, it has always completed when the method returns.</summary>
        public bool DeferRefusals { get; set; }

        /// <summary>How long <see cref="MpaClient.Dispose"/> and <see cref="MpaClient.DisposeAsync"/> wait for
        /// submitted operations and for calls of other threads; 5 s unless you set it. What has not finished then is
        /// aborted, which may take up to 1 s more. If there are none, they do not wait. Zero or negative: abort at
        /// once. <see cref="Timeout.InfiniteTimeSpan"/>: 49 days.</summary>
        public TimeSpan CloseDeadline { get; set; } = TimeSpan.FromSeconds(5);
    }
}
