using System.Diagnostics.CodeAnalysis;

namespace Mpa
{
    /// <summary>The matches of an <see cref="MpaClient"/>, as <see cref="IMpaClient"/> is for the rest. Members may
    /// be added.</summary>
    public interface IMpaMatchClient
    {
        /// <summary>See <see cref="MpaClient.OpenMatch"/>.</summary>
        IMpaMatch OpenMatch([AllowNull] MpaMatchConfig config = null);

        /// <summary>See <see cref="MpaClient.TryOpenMatch"/>.</summary>
        bool TryOpenMatch(
            [AllowNull] MpaMatchConfig config, [MaybeNullWhen(false)] out IMpaMatch match, out MpaResult result);
    }
}
