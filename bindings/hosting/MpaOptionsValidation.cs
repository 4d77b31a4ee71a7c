using Microsoft.Extensions.Options;

namespace Mpa.Extensions.Hosting
{
    /// <summary>Has the library itself check the configuration, by opening a client and closing it again: that
    /// uses no network and starts no thread.</summary>
    internal sealed class MpaOptionsValidation : IValidateOptions<MpaOptions>
    {
        public ValidateOptionsResult Validate(string? name, MpaOptions options)
        {
            MpaClientConfig config = options.Client;
            if (config.HostPolls)
            {
                return ValidateOptionsResult.Fail(
                    "config.HostPolls is true, but the generic host does not poll: leave it false.");
            }
            // Else the client that is opened for the check would ask for a token.
            var provider = config.AuthorizationProvider;
            config.AuthorizationProvider = null;
            try
            {
                if (!MpaClient.TryOpen(config, out MpaClient? client, out MpaResult result))
                {
                    return ValidateOptionsResult.Fail(result.Message);
                }
                client.Close(System.TimeSpan.Zero);
                return ValidateOptionsResult.Success;
            }
            finally
            {
                config.AuthorizationProvider = provider;
            }
        }
    }
}
