namespace Mpa
{
    /// <summary>What the certificates of <see cref="MpaClientConfig.CaCertificatesPath"/> are to those
    /// that the library carries.</summary>
    public enum MpaCaMode
    {
        /// <summary>Trusted beside them.</summary>
        Added = 0,

        /// <summary>Trusted instead of them.</summary>
        Only = 1,
    }
}
