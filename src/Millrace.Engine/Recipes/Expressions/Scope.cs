using Millrace.Engine.Declarations;

namespace Millrace.Engine.Recipes.Expressions;

/// <summary>The columns that an expression may name, and the slots that they lie in.</summary>
internal interface IScope
{
    /// <exception cref="DeclarationException">There is no such column.</exception>
    Node Column(string name, Position at);
}
