using System;
using System.Collections.Generic;
using UnityEngine;

namespace Mpa.Unity
{
    /// <summary>Unity's logger, with the tag "Mpa".</summary>
    internal static class UnityLog
    {
        private const string Tag = "Mpa";

        internal static void Error(string message)
        {
            Debug.unityLogger.Log(LogType.Error, Tag, message);
        }

        internal static void Warning(string message)
        {
            Debug.unityLogger.Log(LogType.Warning, Tag, message);
        }

        /// <summary>Logs what a client reports, up to the level of its configuration, and always what code of the
        /// game throws in a handler or a callback: it would be lost otherwise.</summary>
        internal static void Follow(MpaClient client, MpaClientConfig config)
        {
            client.HandlerFailed += (sender, failed) => Debug.unityLogger.LogException(failed.Exception);
            if (config.LogLevel == MpaLogLevel.Off)
            {
                return;
            }
            client.Logged += (sender, entry) => Debug.unityLogger.Log(TypeOf(entry.Level), Tag, entry.Message);
            bool obtainsTokens = config.AuthorizationProvider != null
                || !string.IsNullOrEmpty(config.CertificatePath) || !string.IsNullOrEmpty(config.CertificatePem);
            if (!obtainsTokens && config.LogLevel >= MpaLogLevel.Warning)
            {
                FollowAuthorization(client);
            }
        }

        /// <summary>Operations wait for a token that the game has to provide. The event is repeated every few
        /// seconds; each reason is logged once.</summary>
        private static void FollowAuthorization(MpaClient client)
        {
            var logged = new HashSet<MpaAuthorizationReason>();
            client.AuthorizationNeeded += (sender, needed) =>
            {
                if (needed.Reason != MpaAuthorizationReason.ExpiresSoon && logged.Add(needed.Reason))
                {
                    Warning(needed.Message);
                }
            };
        }

        private static LogType TypeOf(MpaLogLevel level)
        {
            switch (level)
            {
                case MpaLogLevel.Error:
                    return LogType.Error;
                case MpaLogLevel.Warning:
                    return LogType.Warning;
                default:
                    return LogType.Log;
            }
        }
    }
}
