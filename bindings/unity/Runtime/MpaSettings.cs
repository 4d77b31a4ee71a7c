using System;
using System.Collections.Generic;
using UnityEngine;

namespace Mpa.Unity
{
    /// <summary>What <see cref="MpaRunner"/> opens its client with, as an asset: by default
    /// Assets/Resources/MpaSettings.asset. Assets are shipped, so it contains no secret: tokens and passwords are set
    /// in code, where <see cref="MpaRunner.Open(Action{MpaClientConfig})"/> is called.</summary>
    [CreateAssetMenu(fileName = ResourceName, menuName = "Multiplayer Activity Settings")]
    public sealed class MpaSettings : ScriptableObject
    {
        internal const string ResourceName = "MpaSettings";

        internal static readonly TimeSpan DefaultQuitDeadline = TimeSpan.FromMilliseconds(DefaultQuitDeadlineMs);

        private const int DefaultQuitDeadlineMs = 2000;
        private const int LongestQuitDeadlineMs = 10000;

        // Assets contain the names of these fields: to rename one, use FormerlySerializedAs.
        [SerializeField]
        [Tooltip("The decimal title id of your game, from Partner Center.")]
        private uint titleId;

        [SerializeField]
        [Tooltip("Base URL of the service. Empty: production. For the emulator: http://127.0.0.1:8787")]
        private string endpoint = "";

        [SerializeField]
        [Tooltip("The sandbox that tokens are for, if the server signs in with a certificate. Empty: RETAIL.")]
        private string sandboxId = "";

        [SerializeField]
        [Tooltip("Path of the publisher's certificate (PEM or .pfx) on the server, if the server signs in by itself. "
            + "Empty: your code provides tokens.")]
        private string certificatePath = "";

        [SerializeField]
        [Tooltip("Path of its private key (PEM) on the server. Empty: the key is in the file of the certificate.")]
        private string privateKeyPath = "";

        [SerializeField]
        [Tooltip("The HTTP proxy that servers reach the service through, such as http://proxy.example:3128. "
            + "Empty: none. One with a password is set in code.")]
        private string proxyUrl = "";

        [SerializeField]
        [Tooltip("Up to which level the client logs to the console.")]
        private MpaLogLevel logLevel = MpaLogLevel.Warning;

        [SerializeField]
        [Range(0, LongestQuitDeadlineMs)]
        [Tooltip("How long quitting waits for operations that are still open, in milliseconds. "
            + "Requests that are aborted then may take up to 1 s more.")]
        private int quitDeadlineMs = DefaultQuitDeadlineMs;

        /// <summary>As <see cref="MpaClientConfig.TitleId"/>.</summary>
        public uint TitleId { get => titleId; set => titleId = value; }

        /// <summary>As <see cref="MpaClientConfig.Endpoint"/>.</summary>
        public string Endpoint { get => endpoint; set => endpoint = value; }

        /// <summary>As <see cref="MpaClientConfig.SandboxId"/>.</summary>
        public string SandboxId { get => sandboxId; set => sandboxId = value; }

        /// <summary>As <see cref="MpaClientConfig.CertificatePath"/>.</summary>
        public string CertificatePath { get => certificatePath; set => certificatePath = value; }

        /// <summary>As <see cref="MpaClientConfig.PrivateKeyPath"/>.</summary>
        public string PrivateKeyPath { get => privateKeyPath; set => privateKeyPath = value; }

        /// <summary>As <see cref="MpaClientConfig.ProxyUrl"/>, without a password.</summary>
        public string ProxyUrl { get => proxyUrl; set => proxyUrl = value; }

        /// <summary>As <see cref="MpaClientConfig.LogLevel"/>; <see cref="MpaLogLevel.Warning"/> unless you set
        /// it.</summary>
        public MpaLogLevel LogLevel { get => logLevel; set => logLevel = value; }

        /// <summary>How long quitting blocks for operations that are still open: 2 s unless you set it, at most 10 s.
        /// Requests that are aborted then may take up to 1 s more.</summary>
        public TimeSpan QuitDeadline
        {
            get => TimeSpan.FromMilliseconds(Math.Min(Math.Max(quitDeadlineMs, 0), LongestQuitDeadlineMs));
            set => quitDeadlineMs = (int)Math.Min(Math.Max(value.TotalMilliseconds, 0), LongestQuitDeadlineMs);
        }

        /// <summary>The settings of the project; null if there are none.</summary>
        public static MpaSettings OfProject()
        {
            return Resources.Load<MpaSettings>(ResourceName);
        }

        /// <summary>What has to be changed before a client can be opened, in one sentence each. What
        /// <see cref="MpaRunner.Open(Action{MpaClientConfig})"/> is given in code is not known here.</summary>
        public IReadOnlyList<string> Problems()
        {
            var problems = new List<string>();
            if (titleId == 0)
            {
                problems.Add("Title Id is 0: enter the decimal title id of your game, from Partner Center.");
            }
            if (!string.IsNullOrEmpty(endpoint) && !IsWebAddress(endpoint))
            {
                problems.Add(
                    "Endpoint is not a URL that begins with https:// or http://: leave it empty for production.");
            }
            if (!string.IsNullOrEmpty(privateKeyPath) && string.IsNullOrEmpty(certificatePath))
            {
                problems.Add("Private Key Path is set without Certificate Path: enter both, or neither.");
            }
            if (!string.IsNullOrEmpty(proxyUrl) && proxyUrl.IndexOf('@') >= 0)
            {
                problems.Add(
                    "Proxy Url contains a user name or a password, and assets are shipped: set it in code instead.");
            }
            return problems;
        }

        internal MpaClientConfig ToConfig()
        {
            return new MpaClientConfig
            {
                TitleId = titleId,
                Endpoint = NullIfEmpty(endpoint),
                SandboxId = NullIfEmpty(sandboxId),
                CertificatePath = NullIfEmpty(certificatePath),
                PrivateKeyPath = NullIfEmpty(privateKeyPath),
                ProxyUrl = NullIfEmpty(proxyUrl),
                LogLevel = logLevel,
            };
        }

        private static bool IsWebAddress(string text)
        {
            return Uri.TryCreate(text, UriKind.Absolute, out Uri address)
                && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp);
        }

        private static string NullIfEmpty(string text)
        {
            return string.IsNullOrEmpty(text) ? null : text;
        }
    }
}
