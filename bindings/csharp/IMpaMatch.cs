using System;
using System.Threading.Tasks;

namespace Mpa
{
    /// <summary>What game code calls of an <see cref="MpaMatch"/>, so that a test can put an object of its own in its
    /// place. Members may be added.</summary>
    public interface IMpaMatch : IDisposable
    {
        /// <summary>See <see cref="MpaMatch.Join"/>.</summary>
        MpaResult Join(ulong xuid, uint team = 0);

        /// <summary>See <see cref="MpaMatch.Leave"/>.</summary>
        MpaResult Leave(ulong xuid);

        /// <summary>See <see cref="MpaMatch.CloseAsync"/>.</summary>
        Task<MpaResult> CloseAsync();

        /// <summary>See <see cref="MpaMatch.Completion"/>.</summary>
        Task<MpaResult> Completion { get; }
    }
}
