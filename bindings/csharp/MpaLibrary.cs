namespace Mpa
{
    using Mpa.Internal;

    /// <summary>The native library.</summary>
    public static unsafe partial class MpaLibrary
    {
        /// <summary>The version of the native library that is loaded, such as "0.1.0".</summary>
        public static string Version => Text.Decode(Native.mpa_version_string());

        /// <summary>Whether the native library that is loaded has all that this assembly needs.</summary>
        public static bool IsCompatible
        {
            get
            {
                uint wantedMajor = VersionMajor, wantedMinor = VersionMinor;
                uint version = Native.mpa_version();
                uint major = version >> 16, minor = version >> 8 & 0xff;
                // While the major version is 0, every minor version may change anything.
                return major == wantedMajor && (major == 0 ? minor == wantedMinor : minor >= wantedMinor);
            }
        }

        /// <summary>The name of a status in the C header, such as "MPA_ERROR_THROTTLED".</summary>
        public static string NameOf(MpaStatus status)
        {
            return Text.Decode(Native.mpa_status_name((int)status));
        }

        /// <summary>What a status means in general. <see cref="MpaResult.Message"/> says what happened in a
        /// particular call.</summary>
        public static string Describe(MpaStatus status)
        {
            return Text.Decode(Native.mpa_status_description((int)status));
        }
    }
}
