using System;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Mpa;
using Mpa.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection
{
    /// <summary>Adds an <see cref="MpaClient"/> to an application with a generic host.</summary>
    public static class MpaServiceCollectionExtensions
    {
        /// <summary>Adds a client as <see cref="MpaClient"/> and as its interfaces, such as <see cref="IMpaClient"/>
        /// and <see cref="IMpaMatchClient"/>. It is opened when the host starts, logs to the host's loggers,
        /// publishes the meter <see cref="MpaMetrics.MeterName"/>, and is drained when the host stops. Services that
        /// are stopped before it can still submit: add the client before them.</summary>
        /// <param name="services">The services of the application.</param>
        /// <param name="configure">Sets what the client needs, at least
        /// <see cref="MpaClientConfig.TitleId"/>. May be called twice.</param>
        /// <example><c>services.AddMpa(config => configuration.GetSection("Mpa").Bind(config))</c></example>
        public static OptionsBuilder<MpaOptions> AddMpa(
            this IServiceCollection services, Action<MpaClientConfig> configure)
        {
            return services.AddMpa((_, config) => configure(config));
        }

        /// <summary>The same, for settings that come from other services, such as an
        /// <see cref="MpaClientConfig.AuthorizationProvider"/>.</summary>
        public static OptionsBuilder<MpaOptions> AddMpa(
            this IServiceCollection services, Action<IServiceProvider, MpaClientConfig> configure)
        {
            if (services == null)
            {
                throw new ArgumentNullException(nameof(services));
            }
            if (configure == null)
            {
                throw new ArgumentNullException(nameof(configure));
            }
            services.TryAddEnumerable(
                ServiceDescriptor.Singleton<IValidateOptions<MpaOptions>, MpaOptionsValidation>());
            services.TryAddSingleton<MpaHostedClient>();
            services.TryAddSingleton(provider => provider.GetRequiredService<MpaHostedClient>().Client);
            services.TryAddSingleton<IMpaClient>(provider => provider.GetRequiredService<MpaClient>());
            services.TryAddSingleton<IMpaActivityClient>(provider => provider.GetRequiredService<MpaClient>());
            services.TryAddSingleton<IMpaMatchClient>(provider => provider.GetRequiredService<MpaClient>());
            services.TryAddSingleton<IMpaRecentPlayersClient>(provider => provider.GetRequiredService<MpaClient>());
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, MpaHostedService>());
            return services.AddOptions<MpaOptions>()
                .Configure<IServiceProvider>((options, provider) => configure(provider, options.Client));
        }
    }
}
