using System.Collections.Generic;
using Mpa;
using Mpa.Unity;
using UnityEngine;

/// <summary>Reports who met whom, from players who join and leave. Put it on a GameObject of the server, and call
/// PlayerJoined and PlayerLeft where your networking does the same.</summary>
public sealed class MatchReporter : MonoBehaviour
{
    [SerializeField]
    [Tooltip("Base URL of the emulator. Empty: as in Project Settings, Multiplayer Activity.")]
    private string emulator = "http://127.0.0.1:8787";

    private readonly Dictionary<int, ulong> xuids = new Dictionary<int, ulong>();
    private MpaMatch match;

    /// <summary>A connection that belongs to a player. Teams are numbers of your own; 0: none.</summary>
    public void PlayerJoined(int connection, ulong xuid, uint team)
    {
        xuids[connection] = xuid;
        Log(match?.Join(xuid, team));
    }

    /// <summary>Also if the connection was lost.</summary>
    public void PlayerLeft(int connection)
    {
        if (xuids.TryGetValue(connection, out ulong xuid))
        {
            xuids.Remove(connection);
            Log(match?.Leave(xuid));
        }
    }

    /// <summary>The match is over: everyone who is still there leaves.</summary>
    public async void End()
    {
        MpaMatch ended = match;
        match = null;
        if (ended != null)
        {
            Debug.Log("Match: " + await ended.CloseAsync());
        }
    }

    private void Start()
    {
        // The emulator accepts every token that is well-formed. For the service, set AuthorizationProvider.
        MpaRunner.Open(config =>
        {
            config.AuthorizationHeader = "XBL3.0 x=-;made-up-token-of-the-server";
            if (emulator.Length > 0)
            {
                config.Endpoint = emulator;
            }
        });
        // Null if there is no client: the console says why, and the game goes on.
        match = MpaRunner.OpenMatch();
    }

    private static void Log(MpaResult result)
    {
        if (result != null && !result.IsOk)
        {
            Debug.LogWarning("Match: " + result);
        }
    }
}
