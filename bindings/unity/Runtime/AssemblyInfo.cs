using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Mpa.Unity.Editor")]
