using Millrace.Cli;

// What is printed is UTF-8 everywhere, also where a pipe reads it.
Console.OutputEncoding = System.Text.Encoding.UTF8;
Output.KeepLinesWhole();
var root = Commands.Create();
var parsed = root.Parse(args);
if (Misunderstood.Complaint(parsed) is { } complaint)
{
    Output.Error(complaint);
    return ExitCode.Refused;
}

// No verb at all: its help is the answer.
var code = await (parsed.Errors.Count > 0 ? root.Parse([.. args, "--help"]) : parsed).InvokeAsync();
return parsed.Errors.Count > 0 ? ExitCode.Refused : code;
