// The scripts of a game that uses the package. The tests call them as the engine would.

using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Mpa;
using Mpa.Unity;
using Simulation;
using UnityEngine;

public static class Game
{
    public static bool HasClient => MpaRunner.Client != null;

    public static void SetSettings(string endpoint, int titleId, string logLevel, int quitDeadlineMs)
    {
        var settings = ScriptableObject.CreateInstance<MpaSettings>();
        settings.Endpoint = endpoint;
        settings.TitleId = (uint)titleId;
        settings.LogLevel = (MpaLogLevel)Enum.Parse(typeof(MpaLogLevel), logLevel);
        settings.QuitDeadline = TimeSpan.FromMilliseconds(quitDeadlineMs);
        Engine.SetAsset("MpaSettings", settings);
    }

    public static bool Open()
    {
        return MpaRunner.Open(config => config.AuthorizationHeader = "XBL3.0 x=-;made-up-token-of-the-server");
    }

    /// <summary>With a function that obtains tokens, and notes where it runs.</summary>
    public static bool OpenWithProvider()
    {
        return MpaRunner.Open(config => config.AuthorizationProvider = (request, cancellationToken) =>
        {
            Engine.Note("provider: " + request.Reason + ", in " + Engine.Place);
            return Task.FromResult(new MpaAuthorization { Header = "XBL3.0 x=-;made-up-token-of-the-server" });
        });
    }

    public static bool OpenWithSettingsOnly()
    {
        return MpaRunner.Open();
    }

    public static bool OpenWithoutSettings(string endpoint, int titleId)
    {
        return MpaRunner.Open(null, config =>
        {
            config.TitleId = (uint)titleId;
            config.Endpoint = endpoint;
        });
    }

    /// <summary>Notes how it ended, and where.</summary>
    public static async void Invite(string name)
    {
        MpaResult result = await MpaRunner.Client.SendServerInviteAsync(NewInvite());
        Engine.Note(name + ": " + result.Status + ", in " + Engine.Place);
    }

    public static void InviteAndThrow(string message)
    {
        MpaRunner.Client.SubmitServerInvite(NewInvite(), result => throw new InvalidOperationException(message));
    }

    /// <summary>Recent players, which the client holds for two seconds.</summary>
    public static async void ReportPlayers(string name)
    {
        MpaResult result = await MpaRunner.Client.PostRecentPlayerGroupsAsync(new[]
        {
            new MpaRecentPlayerGroup { Players = new ulong[] { 2535400000000001, 2535400000000002 } },
        });
        Engine.Note(name + ": " + result.Status);
    }

    /// <summary>A match of two players, which goes on; notes how it ended.</summary>
    public static async void Match(string name)
    {
        MpaMatch match = MpaRunner.OpenMatch(new MpaMatchConfig());
        if (match == null)
        {
            Engine.Note(name + ": none");
            return;
        }
        match.Join(2535400000000001);
        match.Join(2535400000000002);
        MpaResult result = await match.Completion;
        Engine.Note(name + ": " + result.Status + " " + result.Acknowledged + ", in " + Engine.Place);
    }

    public static async void CloseAsync(int deadlineMs)
    {
        MpaCloseReport report = await MpaRunner.CloseAsync(TimeSpan.FromMilliseconds(deadlineMs));
        Engine.Note("closed: " + report.OperationsSucceeded + " of " + report.Submitted);
    }

    public static void NoteNeeds()
    {
        MpaRunner.Client.AuthorizationNeeded += (sender, needed) => Engine.Note("needed: " + needed.Reason);
    }

    public static void EnsurePolling()
    {
        MpaRunner.EnsurePolling();
    }

    public static string Problems(
        int titleId, string endpoint, string certificatePath, string privateKeyPath, string proxyUrl)
    {
        var settings = ScriptableObject.CreateInstance<MpaSettings>();
        settings.TitleId = (uint)titleId;
        settings.Endpoint = endpoint;
        settings.CertificatePath = certificatePath;
        settings.PrivateKeyPath = privateKeyPath;
        settings.ProxyUrl = proxyUrl;
        return string.Join("\n", settings.Problems());
    }

    private static MpaServerInvite NewInvite()
    {
        return new MpaServerInvite
        {
            Sender = 2535400000000001,
            InvitedUsers = new List<ulong> { 2535400000000002 },
            ConnectionString = "203.0.113.7:7777",
        };
    }
}
