namespace Mpa
{
    /// <summary>The platform on which an invite can be accepted.</summary>
    public enum MpaPlatform
    {
        /// <summary>Any platform that the title runs on.</summary>
        Any = 0,
        Android = 1,
        IOS = 2,
        Nintendo = 3,
        PlayStation = 4,

        /// <summary>Xbox Series X and S.</summary>
        Scarlett = 5,
        Win32 = 6,
        WindowsOneCore = 7,

        /// <summary>Where a title has no Scarlett configuration, these invites reach Xbox Series X
        /// and S too.</summary>
        XboxOne = 8,
    }
}
