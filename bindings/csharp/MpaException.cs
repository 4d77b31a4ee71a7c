using System;

namespace Mpa
{
    /// <summary>Thrown by <see cref="MpaResult.ThrowIfFailed"/>, and by nothing else.</summary>
    public sealed class MpaException : Exception
    {
        internal MpaException(MpaResult result) : base(result.ToString())
        {
            Result = result;
        }

        public MpaResult Result { get; }
    }
}
