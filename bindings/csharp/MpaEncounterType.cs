namespace Mpa
{
    /// <summary>How the players of a group met.</summary>
    public enum MpaEncounterType
    {
        Default = 0,
        Teammate = 1,
        Opponent = 2,
    }
}
