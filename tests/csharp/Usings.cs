// A server of its own names, with the usings of a common program and the assembly's sources compiled in:
// nothing of it is ambiguous, and no name takes the place of another.

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Reflection;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using UnityEngine;
using Mpa;

static class Usings
{
    static int Main()
    {
        // Each of these is the other namespace's.
        LogLevel level = LogLevel.Information;
        Platform platform = Platform.Here;
        float now = Time.time;
        var others = new object[]
        {
            level, platform, now, new Authorization(), new Client(), new Result(), new Status(), new Limits(),
            new Library(), new Invite(), new Stats(), new Native(), new Text(), new Operations(), new EventType(),
            new Notifications(), new Submission(), new EventId(), typeof(HttpClient),
        };
        var config = new MpaClientConfig
        {
            TitleId = 1, LogLevel = MpaLogLevel.Warning, CaMode = MpaCaMode.Added,
        };
        var invite = new MpaServerInvite { Sender = 1, InvitedUsers = new ulong[] { 2 }, Platform = MpaPlatform.Any };
        bool prefixed = true;
        foreach (Type type in typeof(MpaClient).Assembly.GetTypes().Where(type => !type.IsNested))
        {
            bool isOurs = type.Namespace == "Mpa" || type.Namespace == "Mpa.Internal";
            bool isRight = type.Namespace == "Mpa"
                ? type.IsPublic && (type.Name.StartsWith("Mpa") || type.Name.StartsWith("IMpa"))
                : !type.IsPublic;
            if (isOurs && !isRight)
            {
                Console.Error.WriteLine("The name of " + type.FullName + " does not say whose it is.");
                prefixed = false;
            }
        }
        return prefixed && others.All(other => other != null) && config != null && invite != null ? 0 : 1;
    }
}

#if __MonoCS__
// Debian's Mono comes without it.
namespace System.Net.Http { class HttpClient { } }
#endif

namespace Microsoft.Extensions.Logging
{
    enum LogLevel { Trace, Debug, Information, Warning, Error, Critical, None }
    struct EventId { }
}

// Names of an engine, and those that a game is likely to have itself.
namespace UnityEngine
{
    static class Time { public const float time = 0; }
    enum Platform { Here }
    enum EventType { Repaint }
    class Authorization { }
    class Client { }
    class ClientConfig { }
    class Result { }
    class Status { }
    class Limits { }
    class Library { }
    class Invite { }
    class Stats { }
    class Native { }
    class Text { }
    class Operations { }
    class Notifications { }
    class Submission { }
}
