using System;

namespace Mpa
{
    /// <summary>Thrown by <see cref="Result.ThrowIfFailed"/>, and by nothing else.</summary>
    public sealed class MpaException : Exception
    {
        internal MpaException(Result result) : base(result.ToString())
        {
            Result = result;
        }

        public Result Result { get; }
    }
}
