using System;

namespace Mpa
{
    /// <summary>Thrown by <see cref="MpaResult.ThrowIfFailed"/>, <see cref="MpaClient.Open"/> and
    /// <see cref="MpaClient.OpenMatch"/>, and by nothing else. <see cref="MpaClient.HandlerFailed"/> passes one on if
    /// what <see cref="MpaClientConfig.AuthorizationProvider"/> returns is refused.</summary>
    public sealed class MpaException : Exception
    {
        internal MpaException(MpaResult result) : base(result.ToString())
        {
            Result = result;
        }

        /// <summary>What failed, and why.</summary>
        public MpaResult Result { get; }
    }
}
