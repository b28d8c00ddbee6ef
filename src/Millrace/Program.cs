using Millrace.Cli;

// What is printed is UTF-8 everywhere, also where a pipe reads it.
Console.OutputEncoding = System.Text.Encoding.UTF8;
Output.KeepLinesWhole();
var parsed = Commands.Create().Parse(args);
var code = await parsed.InvokeAsync();
return parsed.Errors.Count > 0 ? ExitCode.Refused : code;
