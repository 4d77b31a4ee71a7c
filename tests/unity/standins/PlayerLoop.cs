// The player loop: a tree of systems, of which the tests run one frame at a time.

using System;

namespace UnityEngine.LowLevel
{
    public struct PlayerLoopSystem
    {
        public delegate void UpdateFunction();

        public delegate bool LoopConditionFunction();

        public Type type;
        public PlayerLoopSystem[] subSystemList;
        public UpdateFunction updateDelegate;
        public IntPtr updateFunction;
        public IntPtr loopConditionFunction;
    }

    public static class PlayerLoop
    {
        private static PlayerLoopSystem current = GetDefaultPlayerLoop();

        public static PlayerLoopSystem GetDefaultPlayerLoop()
        {
            return new PlayerLoopSystem
            {
                subSystemList = new[]
                {
                    new PlayerLoopSystem { type = typeof(UnityEngine.PlayerLoop.EarlyUpdate) },
                    new PlayerLoopSystem
                    {
                        type = typeof(UnityEngine.PlayerLoop.Update),
                        subSystemList = new[]
                        {
                            new PlayerLoopSystem
                            {
                                type = typeof(UnityEngine.PlayerLoop.Update.ScriptRunBehaviourUpdate),
                                updateDelegate = Simulation.Engine.RunScripts,
                            },
                            new PlayerLoopSystem
                            {
                                type = typeof(UnityEngine.PlayerLoop.Update.ScriptRunDelayedTasks),
                                updateDelegate = Simulation.Engine.RunPosted,
                            },
                        },
                    },
                },
            };
        }

        // A copy, as in Unity, where the tree crosses into native code.
        public static PlayerLoopSystem GetCurrentPlayerLoop()
        {
            return Copy(current);
        }

        public static void SetPlayerLoop(PlayerLoopSystem loop)
        {
            current = Copy(loop);
        }

        private static PlayerLoopSystem Copy(PlayerLoopSystem system)
        {
            if (system.subSystemList != null)
            {
                system.subSystemList = Array.ConvertAll(system.subSystemList, Copy);
            }
            return system;
        }
    }
}

namespace UnityEngine.PlayerLoop
{
    public struct EarlyUpdate
    {
    }

    public struct Update
    {
        public struct ScriptRunBehaviourUpdate
        {
        }

        public struct ScriptRunDelayedTasks
        {
        }
    }
}
