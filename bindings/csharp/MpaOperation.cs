using System.Threading.Tasks;

namespace Mpa
{
    /// <summary>An operation that is in the queue.</summary>
    public sealed class MpaOperation
    {
        /// <summary>Created by the client, and by your own tests.</summary>
        public MpaOperation(ulong id, Task<MpaResult> completion)
        {
            Id = id;
            Completion = completion;
        }

        /// <summary>The operation's number, from 1 and never used again; 0 if it was refused.</summary>
        public ulong Id { get; }

        /// <summary>Completes when the operation has ended; with the refusal, if it was refused.</summary>
        public Task<MpaResult> Completion { get; }
    }
}
