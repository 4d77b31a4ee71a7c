namespace Mpa.Extensions.Hosting
{
    /// <summary>The options of the client of an application.</summary>
    public sealed class MpaOptions
    {
        /// <summary>The configuration that the client is opened with. Its title has to be set.</summary>
        public MpaClientConfig Client { get; } = new MpaClientConfig { TitleId = 0 };
    }
}
