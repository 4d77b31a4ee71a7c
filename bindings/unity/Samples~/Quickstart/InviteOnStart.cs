using Mpa;
using Mpa.Unity;
using UnityEngine;

/// <summary>Sends an invite when the scene starts, and logs how it ended. Put it on a GameObject.</summary>
public sealed class InviteOnStart : MonoBehaviour
{
    [SerializeField]
    [Tooltip("Base URL of the emulator. Empty: as in Project Settings, Multiplayer Activity.")]
    private string emulator = "http://127.0.0.1:8787";

    private async void Start()
    {
        // The emulator accepts every token that is well-formed. For the service, set AuthorizationProvider.
        bool isOpen = MpaRunner.Open(config =>
        {
            config.AuthorizationHeader = "XBL3.0 x=-;made-up-token-of-the-server";
            if (emulator.Length > 0)
            {
                config.Endpoint = emulator;
            }
        });
        if (!isOpen)
        {
            return; // The console says why.
        }
        // Players are identified by their XUIDs. These are made up.
        MpaResult result = await MpaRunner.Client.SendServerInviteAsync(new MpaServerInvite
        {
            Sender = 2535400000000001,
            InvitedUsers = new[] { 2535400000000002UL },
            ConnectionString = "203.0.113.7:7777",
        });
        Debug.Log("Invite: " + result);
    }
}
