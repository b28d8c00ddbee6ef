namespace Millrace.Core;

/// <summary>Why a caller is refused. Closed: each kind is mapped in one place to problem details, and in one other to MLflow's codes.</summary>
public enum RefusalKind
{
    /// <summary>The named thing does not exist (404).</summary>
    NotFound,

    /// <summary>The thing is in a state that does not allow this (409).</summary>
    Conflict,

    /// <summary>The request itself is wrong (400).</summary>
    Invalid,

    /// <summary>The caller has not said who it is (401).</summary>
    Unauthenticated,

    /// <summary>The caller may not do this (403).</summary>
    Forbidden,

    /// <summary>A limit on what a caller may send is passed (429).</summary>
    Exhausted,
}
