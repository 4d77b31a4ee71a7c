using System;
using System.Collections.Generic;
using UnityEngine.LowLevel;
using UnityEngine.PlayerLoop;

namespace Mpa.Unity
{
    /// <summary>The place in the player loop where the client is polled: in Update, before the scripts' own Update,
    /// which therefore sees in the same frame what has completed.</summary>
    internal static class FramePolling
    {
        /// <summary>Names the system in the player loop and in the profiler.</summary>
        private struct MpaPoll
        {
        }

        /// <summary>Takes effect from the next frame on. There is one system, however often this is
        /// called.</summary>
        internal static void Install(PlayerLoopSystem.UpdateFunction poll)
        {
            PlayerLoopSystem loop = Without(PlayerLoop.GetCurrentPlayerLoop());
            var system = new PlayerLoopSystem { type = typeof(MpaPoll), updateDelegate = poll };
            if (!InsertBefore(ref loop, typeof(Update.ScriptRunBehaviourUpdate), system))
            {
                // A loop of the game's own, without Update of scripts: at its end.
                var systems = new List<PlayerLoopSystem>(loop.subSystemList ?? Array.Empty<PlayerLoopSystem>());
                systems.Add(system);
                loop.subSystemList = systems.ToArray();
            }
            PlayerLoop.SetPlayerLoop(loop);
        }

        internal static void Remove()
        {
            PlayerLoop.SetPlayerLoop(Without(PlayerLoop.GetCurrentPlayerLoop()));
        }

        private static PlayerLoopSystem Without(PlayerLoopSystem system)
        {
            if (system.subSystemList == null)
            {
                return system;
            }
            var kept = new List<PlayerLoopSystem>();
            foreach (PlayerLoopSystem inner in system.subSystemList)
            {
                if (inner.type != typeof(MpaPoll))
                {
                    kept.Add(Without(inner));
                }
            }
            system.subSystemList = kept.ToArray();
            return system;
        }

        private static bool InsertBefore(ref PlayerLoopSystem system, Type next, PlayerLoopSystem inserted)
        {
            if (system.subSystemList == null)
            {
                return false;
            }
            for (int i = 0; i < system.subSystemList.Length; i++)
            {
                if (system.subSystemList[i].type == next)
                {
                    var systems = new List<PlayerLoopSystem>(system.subSystemList);
                    systems.Insert(i, inserted);
                    system.subSystemList = systems.ToArray();
                    return true;
                }
                if (InsertBefore(ref system.subSystemList[i], next, inserted))
                {
                    return true;
                }
            }
            return false;
        }
    }
}
