using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Millrace.Storage;

/// <summary>Sections of the configuration as typed options. What is wrong in one is told by its full name before anything starts.</summary>
internal static class Settings
{
    /// <param name="services">Where the options are from now on.</param>
    /// <param name="section">What they are called in the configuration, such as <c>Data:Query</c>.</param>
    public static IServiceCollection AddSettings<T>(this IServiceCollection services, string section)
        where T : class
    {
        services.AddOptions<T>().BindConfiguration(section).ValidateOnStart();
        return services.AddSingleton<IValidateOptions<T>>(new Check<T>(section));
    }

    private sealed class Check<T>(string section) : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            var wrong = new List<ValidationResult>();
            return Validator.TryValidateObject(options, new(options), wrong, validateAllProperties: true)
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(wrong.Select(Tell));
        }

        private string Tell(ValidationResult wrong) =>
            wrong.MemberNames.FirstOrDefault() is { } member
                ? $"{section}:{member}: {wrong.ErrorMessage}"
                : wrong.ErrorMessage!;
    }
}
