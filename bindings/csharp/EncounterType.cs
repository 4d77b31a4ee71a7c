namespace Mpa
{
    /// <summary>How the players of a group met.</summary>
    public enum EncounterType
    {
        Default = 0,
        Teammate = 1,
        Opponent = 2,
    }
}
