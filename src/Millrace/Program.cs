using Millrace.Cli;

// What is printed is UTF-8 everywhere, also where a pipe reads it.
Console.OutputEncoding = System.Text.Encoding.UTF8;
Output.KeepLinesWhole();
return await Commands.Create().Parse(args).InvokeAsync();
