using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using Simulation;

/// <summary>What MpaRunner promises, in a simulated editor, against an emulator of the service. Each public method is a
/// test, and has a title id of its own.</summary>
internal static class Tests
{
    private const string Poll = "MpaPoll";
    private const string Libraries = "Packages/com.mpa.multiplayer-activity/Runtime/Plugins/Mpa.Native/runtimes/";
    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    internal static string Emulator { get; set; }

    public static void AnInviteOfPlayModeCompletesInAFrameBeforeUpdate()
    {
        Domain domain = Play(titleId: 1);
        domain.Call("Invite", "first");
        FramesUntil(() => Noted("first") != null);
        Check.Equal("first: Ok, in " + Poll, Noted("first"));
        Check.Equal("Update", Engine.Noted[Engine.Noted.IndexOf(Noted("first")) + 1]);
        Check.Equal(1, Requests(1));

        EditorEngine.ExitPlayMode();
        Check.That(!domain.Is("HasClient"), "the client is closed when play mode ends");
        Check.That(!Engine.Systems().Contains(Poll), "nothing is polled in edit mode");
        Engine.Frame();
        Check.Equal(0, Engine.Logged.Count);
    }

    public static void TheSampleSendsItsInvite()
    {
        Domain domain = Domain.Load();
        domain.Call("SetSettings", "", 2, "Warning", 2000);
        EditorEngine.EnterPlayMode();
        object sample = New(domain, "Mpa.Samples.Quickstart", "InviteOnStart");
        sample.GetType().GetField("emulator", Instance).SetValue(sample, Emulator);
        Call(sample, "Start");
        FramesUntil(() => Logged("Invite") != null);
        Check.That(Logged("Invite").StartsWith("Log: Invite: Ok: "), "the sample logs how the invite ended");
        Check.Equal(1, Requests(2));
    }

    public static void TheSampleReportsAMatch()
    {
        Domain domain = Domain.Load();
        domain.Call("SetSettings", "", 22, "Warning", 2000);
        EditorEngine.EnterPlayMode();
        object sample = New(domain, "Mpa.Samples.Match", "MatchReporter");
        sample.GetType().GetField("emulator", Instance).SetValue(sample, Emulator);
        // Without a client, and after the end, nothing happens.
        Call(sample, "PlayerJoined", 1, 2535400000000001UL, 0u);
        Call(sample, "PlayerLeft", 1);
        Call(sample, "End");
        Check.Equal(0, Engine.Logged.Count);
        Call(sample, "Start");
        Call(sample, "PlayerJoined", 1, 2535400000000001UL, 1u);
        Call(sample, "PlayerJoined", 2, 2535400000000002UL, 2u);
        Call(sample, "PlayerJoined", 3, 2535400000000002UL, 2u);
        Check.That(Logged("Match").StartsWith("Warning: Match: InvalidArgument: "), "the sample logs what is refused");
        Engine.ForgetLines();
        Call(sample, "PlayerLeft", 1);
        Call(sample, "End");
        FramesUntil(() => Logged("Match") != null);
        Check.That(Logged("Match").StartsWith("Log: Match: Ok: "), "the sample logs how the match ended");
        Check.Equal(1, Requests(22));
    }

    public static void QuittingReportsAMatchThatGoesOn()
    {
        Domain domain = Play(titleId: 23);
        domain.Call("Match", "match");
        FramesFor(TimeSpan.FromMilliseconds(100));
        Engine.Quit();
        Check.Equal("match: Ok 1, in no frame", Noted("match"));
        Check.Equal(1, Requests(23));
        Check.Equal(0, Engine.Logged.Count);
        domain.Call("Match", "late");
        Check.Equal("late: none", Noted("late"));
        Check.That(Logged("No match was opened: there is no client") != null, "the log says why");
    }

    public static void TheScriptsOfTheGuideDoWhatItSays()
    {
        Domain domain = Domain.Load();
        EnterPlayMode(domain, titleId: 21);
        Call(New(domain, "Guide", "FirstInvite"), "Start");
        FramesUntil(() => Logged("Invite") != null);
        Check.Equal("Log: Invite: Ok: The service acknowledged all of it.", Logged("Invite"));
        EditorEngine.ExitPlayMode();

        EnterPlayMode(domain, titleId: 21);
        object server = New(domain, "Guide", "ServerInvites");
        Call(server, "Awake");
        var invited = (Task<bool>)Call(server, "Invite", 2535400000000001UL, 2535400000000002UL, "203.0.113.7:7777");
        FramesUntil(() => invited.IsCompleted);
        Check.That(invited.Result, "the server sends its invite");
        Call(server, "Shutdown");
        FramesUntil(() => !domain.Is("HasClient"));
        Check.Equal(2, Requests(21));
        Check.Equal(1, Engine.Logged.Count);
    }

    public static void PlayModeTwiceWithoutADomainReload()
    {
        Domain domain = Domain.Load();
        for (int round = 1; round <= 2; round++)
        {
            EnterPlayMode(domain, titleId: 3);
            Check.That(domain.Is("Open"), "a client is opened");
            Check.Equal(1, Engine.Systems().Count(name => name == Poll));
            Check.Equal(1, Engine.QuittingHandlers);
            domain.Call("Invite", "round " + round);
            FramesUntil(() => Noted("round " + round) != null);
            Check.Equal("round " + round + ": Ok, in " + Poll, Noted("round " + round));
            EditorEngine.ExitPlayMode();
        }
        Check.Equal(2, Requests(3));
    }

    /// <summary>For a play mode whose end is not announced.</summary>
    public static void AClientThatPlayModeLeftIsClosedWhenTheNextOneBegins()
    {
        Domain domain = Play(titleId: 4);
        domain.Call("ReportPlayers", "left");
        Engine.IsPlaying = false;
        EditorEngine.EnterPlayMode();
        Check.That(!domain.Is("HasClient"), "no client is open when play mode begins");
        Check.Equal("left: Abandoned", Noted("left"));
        Check.That(domain.Is("Open"), "another client is opened");
    }

    public static void ADomainReloadClosesTheClientFirst()
    {
        Domain domain = Play(titleId: 5, endpoint: Silent());
        domain.Call("Invite", "reloaded");
        FramesFor(TimeSpan.FromMilliseconds(200));
        domain = domain.Reload();
        Check.Equal("reloaded: Uncertain, in no frame", Noted("reloaded"));
        Check.That(Logged("closed with operations open") != null, "the log says that an operation was open");

        // Play mode goes on with the new scripts.
        domain.Call("SetSettings", Emulator, 5, "Warning", 2000);
        Check.That(domain.Is("Open"), "another client is opened");
        domain.Call("Invite", "after");
        FramesUntil(() => Noted("after") != null);
        Check.Equal("after: Ok, in " + Poll, Noted("after"));
    }

    public static void AClientOfALostDomainIsClosedByTheNextOne()
    {
        Domain lost = Play(titleId: 6);
        lost.Call("ReportPlayers", "lost");
        EditorEngine.Lose();

        Domain next = Domain.Load();
        EnterPlayMode(next, titleId: 7);
        Check.That(next.Is("Open"), "a client is opened");
        // Recent players would be sent after two seconds.
        FramesFor(TimeSpan.FromSeconds(3));
        Check.Equal(0, Requests(6));
        GC.KeepAlive(lost);
    }

    public static void QuittingSendsWhatWasSubmitted()
    {
        Domain domain = Play(titleId: 8);
        domain.Call("Invite", "last");
        domain.Call("ReportPlayers", "met");
        Engine.Quit();
        Check.Equal("last: Ok, in no frame", Noted("last"));
        Check.Equal("met: Ok", Noted("met"));
        Check.Equal(2, Requests(8));
        Check.Equal(0, Engine.Logged.Count);
        Check.That(!domain.Is("Open"), "no client is opened while the application quits");
        Check.That(Logged("the application is quitting") != null, "the log says why");
    }

    public static void QuittingKeepsItsDeadline()
    {
        Domain domain = Play(titleId: 9, endpoint: Silent(), quitDeadlineMs: 300);
        domain.Call("Invite", "cut");
        FramesFor(TimeSpan.FromMilliseconds(200));
        var clock = Stopwatch.StartNew();
        Engine.Quit();
        Check.That(clock.ElapsedMilliseconds < 2000, "quitting takes 300 ms and what a busy machine adds");
        Check.Equal("cut: Uncertain, in no frame", Noted("cut"));
        Check.That(Logged("of 1 it is not known") != null, "the log says what was cut");
    }

    public static void ClosingWithAwaitBlocksNoFrame()
    {
        Domain domain = Play(titleId: 10, endpoint: Silent());
        domain.Call("Invite", "cut");
        FramesFor(TimeSpan.FromMilliseconds(200));
        domain.Call("CloseAsync", 1500);
        long longest = FramesUntil(() => Noted("closed") != null);
        Check.That(longest < 700, $"no frame waits for the deadline: the longest took {longest} ms");
        Check.Equal("closed: 0 of 1", Noted("closed"));
        Check.That(!domain.Is("HasClient"), "the client is closed");
        var clock = Stopwatch.StartNew();
        Engine.Quit();
        Check.That(clock.ElapsedMilliseconds < 500, "quitting has nothing to wait for");
    }

    public static void QuittingEndsAClosingThatIsUnderWay()
    {
        Domain domain = Play(titleId: 17, endpoint: Silent(), quitDeadlineMs: 300);
        domain.Call("Invite", "cut");
        FramesFor(TimeSpan.FromMilliseconds(200));
        domain.Call("CloseAsync", 10000);
        FramesFor(TimeSpan.FromMilliseconds(50));
        var clock = Stopwatch.StartNew();
        Engine.Quit();
        Check.That(clock.ElapsedMilliseconds < 2000, "the deadline of quitting counts");
        Check.Equal("cut: Uncertain, in no frame", Noted("cut"));
        Check.That(!domain.Is("HasClient"), "the client is closed");
    }

    public static void QuittingTheEditorClosesTheClient()
    {
        Domain domain = Play(titleId: 18);
        EditorEngine.QuitEditor();
        Check.That(!domain.Is("HasClient"), "the client is closed");
    }

    public static void AFunctionThatObtainsTokensRunsOnAnotherThread()
    {
        Domain domain = Domain.Load();
        EnterPlayMode(domain, titleId: 19);
        Check.That(domain.Is("OpenWithProvider"), "a client is opened");
        domain.Call("Invite", "first");
        FramesUntil(() => Noted("first") != null);
        Check.Equal("first: Ok, in " + Poll, Noted("first"));
        Check.Equal("provider: Missing, in another thread", Noted("provider"));
        Check.Equal(0, Engine.Logged.Count);
    }

    public static void OpeningTwiceHasNoEffect()
    {
        Domain domain = Play(titleId: 20);
        Check.That(domain.Is("Open"), "a client is open");
        Check.Equal(1, Engine.Systems().Count(name => name == Poll));
        domain.Call("Invite", "first");
        FramesUntil(() => Noted("first") != null);
        Check.Equal(1, Requests(20));
        Check.Equal(0, Engine.Logged.Count);
    }

    public static void PollingIsInstalledOnceAndCanBeInstalledAgain()
    {
        Domain domain = Play(titleId: 11);
        domain.Call("EnsurePolling");
        domain.Call("EnsurePolling");
        string[] expected = { "EarlyUpdate", "Update", Poll, "ScriptRunBehaviourUpdate", "ScriptRunDelayedTasks" };
        Check.Equal(string.Join(" ", expected), string.Join(" ", Engine.Systems()));

        UnityEngine.LowLevel.PlayerLoop.SetPlayerLoop(UnityEngine.LowLevel.PlayerLoop.GetDefaultPlayerLoop());
        domain.Call("EnsurePolling");
        Check.Equal(string.Join(" ", expected), string.Join(" ", Engine.Systems()));

        // A loop in which scripts have no Update.
        UnityEngine.LowLevel.PlayerLoop.SetPlayerLoop(default);
        domain.Call("EnsurePolling");
        Check.Equal(Poll, string.Join(" ", Engine.Systems()));
        domain.Call("Invite", "own loop");
        FramesUntil(() => Noted("own loop") != null);
        Check.Equal("own loop: Ok, in " + Poll, Noted("own loop"));
    }

    public static void WrongSettingsAreLoggedAndTheGameGoesOn()
    {
        var wrong = new (Func<Domain, bool> Open, string Expected)[]
        {
            (domain => domain.Is("OpenWithSettingsOnly"), "there are no settings"),
            (domain => OpenWith(domain, Emulator, 0), "config.TitleId"),
            (domain => OpenWith(domain, "nonsense", 1), "config.Endpoint"),
            (domain => domain.Is("OpenWithoutSettings", Emulator, 0), "config.TitleId"),
        };
        Domain loaded = Domain.Load();
        EditorEngine.EnterPlayMode();
        foreach ((Func<Domain, bool> open, string expected) in wrong)
        {
            Engine.ForgetLines();
            Check.That(!open(loaded), "no client is opened");
            Check.Equal(1, Engine.Logged.Count);
            Check.That(Engine.Logged[0].StartsWith("Error: Mpa: No client was opened: "), "it is an error");
            Check.That(Engine.Logged[0].Contains(expected), expected);
            Check.That(!loaded.Is("HasClient"), "no client is open");
            Engine.Frame();
        }
        Check.That(loaded.Is("OpenWithoutSettings", Emulator, 12), "a client is opened without an asset");
    }

    public static void NoClientIsOpenedInEditMode()
    {
        Domain domain = Domain.Load();
        Check.That(!OpenWith(domain, Emulator, 13), "no client is opened");
        Check.That(Logged("in play mode only") != null, "the log says why");
    }

    public static void AMissingLibraryIsLoggedAndTheGameGoesOn()
    {
        Domain.Library = null;
        Domain domain = Domain.Load();
        EditorEngine.EnterPlayMode();
        Check.That(!OpenWith(domain, Emulator, 14), "no client is opened");
        Check.That(Logged("the native library cannot be loaded on LinuxEditor") != null, "the log says why");
        EditorEngine.ExitPlayMode();
    }

    public static void TheClientLogsToUnity()
    {
        Domain domain = Play(titleId: 15, endpoint: "http://127.0.0.1:1", logLevel: "Info");
        domain.Call("Invite", "refused");
        FramesUntil(() => Noted("refused") != null);
        Check.That(Engine.Logged.Any(line => line.StartsWith("Warning: Mpa: ")), "a failure is a warning");
        domain.Call("InviteAndThrow", "thrown by the game");
        FramesUntil(() => Logged("thrown by the game") != null);
        Check.Equal("Exception: thrown by the game", Logged("thrown by the game"));
    }

    public static void AMissingTokenIsLoggedOnce()
    {
        Domain domain = Domain.Load();
        EditorEngine.EnterPlayMode();
        domain.Call("SetSettings", Emulator, 16, "Warning", 0);
        Check.That(domain.Is("OpenWithSettingsOnly"), "a client is opened");
        domain.Call("NoteNeeds");
        domain.Call("Invite", "waiting");
        // The event is repeated while the invite waits.
        FramesUntil(() => Engine.Noted.Count(line => line == "needed: Missing") == 2);
        Check.Equal(1, Engine.Logged.Count);
        Check.That(Engine.Logged[0].StartsWith("Warning: Mpa: "), "it is a warning");
    }

    public static void SettingsSayWhatIsWrong()
    {
        Domain domain = Domain.Load();
        Check.Equal("", domain.Call("Problems", 1, "https://example.com", "a.pem", "b.pem", "http://proxy:1"));
        Check.Equal("", domain.Call("Problems", 1, "", "", "", ""));
        foreach ((object[] settings, string expected) in new[]
        {
            (new object[] { 0, "", "", "", "" }, "Title Id is 0"),
            (new object[] { 1, "example.com", "", "", "" }, "Endpoint is not a URL"),
            (new object[] { 1, "ftp://example.com", "", "", "" }, "Endpoint is not a URL"),
            (new object[] { 1, "", "", "b.pem", "" }, "without Certificate Path"),
            (new object[] { 1, "", "", "", "http://user:password@proxy:1" }, "Proxy Url contains"),
        })
        {
            var problems = (string)domain.Call("Problems", settings);
            Check.That(problems.StartsWith(expected) || problems.Contains(expected), expected + ": " + problems);
            Check.Equal(1, problems.Split('\n').Length);
        }
    }

    public static void ABuildWarnsOfWrongSettings()
    {
        Domain domain = Domain.Load();
        Assembly editor = domain.Assembly("Mpa.Unity.Editor");
        EditorEngine.Build(editor, "StandaloneWindows64", "x64");
        Check.Equal(0, Engine.Logged.Count);
        domain.Call("SetSettings", "", 0, "Warning", 0);
        EditorEngine.Build(editor, "StandaloneWindows64", "x64");
        Check.Equal(1, Engine.Logged.Count);
        Check.That(Engine.Logged[0].StartsWith("Warning: Mpa: Title Id is 0"), "it says what is wrong");
    }

    public static void ALinuxBuildHasTheLibraryOfItsProcessorOnly()
    {
        Assembly editor = Domain.Load().Assembly("Mpa.Unity.Editor");
        string[] libraries =
        {
            Libraries + "linux-x64/native/libmpa.so", Libraries + "linux-arm64/native/libmpa.so",
            Libraries + "win-x64/native/mpa.dll", "Assets/Plugins/linux-arm64/other.so",
        };
        foreach ((string architecture, bool isForArm64) in new[] { ("x64", false), ("ARM64", true), ("arm64", true) })
        {
            bool[] included = EditorEngine.Build(editor, "StandaloneLinux64", architecture, libraries);
            bool[] expected = { !isForArm64, isForArm64, true, true };
            Check.That(included.SequenceEqual(expected), architecture + ": " + string.Join(" ", included));
        }
    }

    public static void TheSettingsPageCreatesTheAssetAndShowsWhatIsWrong()
    {
        Domain domain = Domain.Load();
        Assembly editor = domain.Assembly("Mpa.Unity.Editor");
        EditorEngine.ShowSettings(editor);
        Check.That(Noted("Info: This project has no settings") != null, "the page says that there are none");
        UnityEngine.GUILayout.IsClicked = true;
        EditorEngine.ShowSettings(editor);
        UnityEngine.GUILayout.IsClicked = false;
        EditorEngine.ShowSettings(editor);
        Check.That(Noted("Warning: Title Id is 0") != null, "the page says what is wrong");
    }

    /// <summary>Enters play mode in a new domain and opens a client.</summary>
    private static Domain Play(
        int titleId, string endpoint = null, string logLevel = "Warning", int quitDeadlineMs = 2000)
    {
        Domain domain = Domain.Load();
        EnterPlayMode(domain, titleId, endpoint, logLevel, quitDeadlineMs);
        Check.That(domain.Is("Open"), "a client is opened");
        return domain;
    }

    private static void EnterPlayMode(
        Domain domain, int titleId, string endpoint = null, string logLevel = "Warning", int quitDeadlineMs = 2000)
    {
        domain.Call("SetSettings", endpoint ?? Emulator, titleId, logLevel, quitDeadlineMs);
        EditorEngine.EnterPlayMode();
    }

    private static object New(Domain domain, string assembly, string component)
    {
        return Activator.CreateInstance(domain.Assembly(assembly).GetType(component));
    }

    /// <summary>Calls a method as the engine does, whether it is public or not.</summary>
    private static object Call(object component, string method, params object[] arguments)
    {
        return component.GetType().GetMethod(method, Instance).Invoke(component, arguments);
    }

    private static bool OpenWith(Domain domain, string endpoint, int titleId)
    {
        domain.Call("SetSettings", endpoint, titleId, "Warning", 2000);
        return domain.Is("Open");
    }

    /// <summary>Returns how many milliseconds the longest frame took.</summary>
    private static long FramesUntil(Func<bool> happened)
    {
        long longest = 0;
        var clock = Stopwatch.StartNew();
        while (!happened())
        {
            Check.That(clock.ElapsedMilliseconds < 20000, "it happens within 20 s");
            var frame = Stopwatch.StartNew();
            Engine.Frame();
            longest = Math.Max(longest, frame.ElapsedMilliseconds);
            Thread.Sleep(5);
        }
        return longest;
    }

    private static void FramesFor(TimeSpan time)
    {
        var clock = Stopwatch.StartNew();
        FramesUntil(() => clock.Elapsed > time);
    }

    private static string Noted(string beginning)
    {
        return Engine.Noted.FirstOrDefault(line => line.StartsWith(beginning));
    }

    private static string Logged(string part)
    {
        return Engine.Logged.FirstOrDefault(line => line.Contains(part));
    }

    /// <summary>How many requests the emulator received for a title.</summary>
    private static int Requests(int titleId)
    {
        var address = new Uri(Emulator);
        using (var connection = new TcpClient(address.Host, address.Port))
        using (var writer = new StreamWriter(connection.GetStream()) { AutoFlush = true })
        using (var reader = new StreamReader(connection.GetStream()))
        {
            writer.Write($"GET /emulator/titles/{titleId}/requests HTTP/1.1\r\n");
            writer.Write($"Host: {address.Authority}\r\nConnection: close\r\n\r\n");
            string response = reader.ReadToEnd();
            Check.That(response.StartsWith("HTTP/1.1 200 "), "the emulator shows its log");
            return Regex.Matches(response, "\"index\":").Count;
        }
    }

    /// <summary>The URL of a server that accepts connections and never responds.</summary>
    private static string Silent()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return "http://127.0.0.1:" + ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
