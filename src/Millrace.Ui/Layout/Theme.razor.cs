using MudBlazor;

namespace Millrace.Ui.Layout;

public sealed partial class Theme
{
    private static readonly string[] Font = ["Inter", "system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"];

    private static readonly MudTheme Light = Themed(":root");

    private static readonly MudTheme Dark = Themed(":root[data-theme=\"dark\"]");

    private static MudTheme Themed(string scope) =>
        new()
        {
            PseudoCss = new PseudoCss { Scope = scope },
            LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px" },
            Typography = new Typography
            {
                Default = new DefaultTypography
                {
                    FontFamily = Font,
                    FontSize = "0.9375rem",
                    LetterSpacing = "normal",
                },
                Button = new ButtonTypography
                {
                    TextTransform = "none",
                    LetterSpacing = "normal",
                    FontWeight = "600",
                },
            },
            PaletteLight = new PaletteLight
            {
                Primary = "#0b6570",
                Secondary = "#9a4a12",
                Tertiary = "#0b5f8a",
                Info = "#0b5f8a",
                Success = "#1b6b3a",
                Warning = "#7a4b00",
                Error = "#a3231c",
                Background = "#f4f6f6",
                Surface = "#ffffff",
                TextPrimary = "#14232a",
                TextSecondary = "#51626b",
                ActionDefault = "#41525b",
                LinesDefault = "#d9e0e2",
                LinesInputs = "#7c8d95",
                TableLines = "#e3e8ea",
                Divider = "#d9e0e2",
            },
            PaletteDark = new PaletteDark
            {
                Primary = "#62c7cf",
                PrimaryContrastText = "#062428",
                Secondary = "#e3a06a",
                Tertiary = "#7cc7f2",
                Info = "#7cc7f2",
                InfoContrastText = "#062030",
                Success = "#7dd69b",
                SuccessContrastText = "#06240f",
                Warning = "#f2c46d",
                WarningContrastText = "#2a1c00",
                Error = "#ff9d94",
                ErrorContrastText = "#380905",
                Background = "#0f1619",
                Surface = "#172126",
                TextPrimary = "#e4ecee",
                TextSecondary = "#9db0b8",
                ActionDefault = "#b5c4ca",
                LinesDefault = "#2b393f",
                LinesInputs = "#6d818a",
                TableLines = "#253238",
                Divider = "#2b393f",
            },
        };
}
