using System.Diagnostics.CodeAnalysis;

namespace Mpa
{
    using Mpa.Internal;

    public sealed partial class MpaClient
    {
        /// <summary>Opens a client. Reads the files that the configuration names, and uses no network: whether the
        /// service can be reached shows with the first call.</summary>
        /// <exception cref="MpaException">The configuration is wrong; its message says which part.</exception>
        public static MpaClient Open(MpaClientConfig config)
        {
            if (!TryOpen(config, out var client, out MpaResult result))
            {
                throw new MpaException(result);
            }
            return client;
        }

        /// <summary>As <see cref="Open"/>, with a result instead of an exception.</summary>
        public static unsafe bool TryOpen(
            MpaClientConfig config, [MaybeNullWhen(false)] out MpaClient client, out MpaResult result)
        {
            client = null;
            if (config == null)
            {
                result = MpaResult.Invalid("config is null.");
                return false;
            }
            var raw = Native.mpa_result.Init();
            var handle = new Native.mpa_client();
            using (var texts = new Texts())
            {
                Native.mpa_client_config rawConfig = config.Raw(texts);
                var authorization = default(Native.mpa_authorization);
                if (config.Authorization != null)
                {
                    authorization = Authorizations.Raw(config.Authorization, "config.Authorization", texts);
                    rawConfig.authorization = &authorization;
                }
                if (texts.Refusal != null)
                {
                    result = texts.Refusal;
                    return false;
                }
                Native.mpa_client_open(&rawConfig, &handle, &raw);
            }
            result = new MpaResult(&raw);
            if (handle.id == 0)
            {
                return false;
            }
            client = new MpaClient(handle, config);
            return true;
        }
    }
}
