// The command line of csc over the compiler as a library, for machines without a newer .NET SDK. It takes csc's
// arguments, and -version:MAJOR.MINOR=FOLDER: the references in FOLDER count as this version.

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

static class Csc
{
    const string Version = "-version:";

    static int Main(string[] arguments)
    {
        // csc takes -noconfig only on its command line, not where arguments are parsed.
        string[] own = { "-noconfig", "/noconfig" };
        var others = arguments.Where(argument => !own.Contains(argument) && !argument.StartsWith(Version));
        var parsed = CSharpCommandLineParser.Default.Parse(others, Directory.GetCurrentDirectory(), null);
        var problems = parsed.Errors.ToList();
        if (!problems.Any(IsError))
        {
            string version = arguments.FirstOrDefault(argument => argument.StartsWith(Version));
            problems.AddRange(Compile(parsed, version?.Substring(Version.Length)));
        }
        var shown = problems.Where(it => !it.IsSuppressed && it.Severity >= DiagnosticSeverity.Warning);
        foreach (Diagnostic problem in shown)
        {
            Console.WriteLine(CSharpDiagnosticFormatter.Instance.Format(problem));
        }
        return problems.Any(IsError) ? 1 : 0;
    }

    static bool IsError(Diagnostic problem)
    {
        return problem.Severity == DiagnosticSeverity.Error || (problem.IsWarningAsError && !problem.IsSuppressed);
    }

    static IEnumerable<Diagnostic> Compile(CSharpCommandLineArguments arguments, string version)
    {
        var sources = arguments.SourceFiles
            .Select(file => Tuple.Create(MappedPath(arguments, file.Path), Read(file.Path, arguments)))
            .ToList();
        var trees = sources
            .Select(source => CSharpSyntaxTree.ParseText(source.Item2, arguments.ParseOptions, source.Item1));
        var references = arguments.MetadataReferences.Select(reference => Reference(reference, arguments, version));
        // Assemblies that were compiled against another version of the framework may be referred to.
        var options = arguments.CompilationOptions
            .WithAssemblyIdentityComparer(DesktopAssemblyIdentityComparer.Default);
        string output = Path.GetFullPath(Path.Combine(arguments.OutputDirectory, arguments.OutputFileName));
        string name = Path.GetFileNameWithoutExtension(output);
        var compilation = CSharpCompilation.Create(name, trees, references, options);

        string pdbPath = arguments.PdbPath ?? Path.ChangeExtension(output, ".pdb");
        var emitOptions = arguments.EmitOptions.WithOutputNameOverride(Path.GetFileName(output))
            .WithPdbFilePath(Path.GetFileName(pdbPath));
        bool hasPdb = arguments.EmitPdb && emitOptions.DebugInformationFormat != DebugInformationFormat.Embedded;
        var embedded = arguments.EmbeddedFiles.IsEmpty
            ? Enumerable.Empty<EmbeddedText>()
            : sources.Select(source => EmbeddedText.FromSource(source.Item1, source.Item2));
        using (var assembly = new MemoryStream())
        using (var pdb = hasPdb ? new MemoryStream() : null)
        using (var documentation = arguments.DocumentationPath == null ? null : new MemoryStream())
        using (Stream versionResource = compilation.CreateDefaultWin32Resources(true, true, null, null))
        {
            EmitResult result = compilation.Emit(
                assembly, pdb, documentation, versionResource, arguments.ManifestResources, emitOptions,
                embeddedTexts: arguments.EmitPdb ? embedded : null);
            if (!result.Success)
            {
                return result.Diagnostics;
            }
            Write(output, assembly);
            Write(pdbPath, pdb);
            Write(arguments.DocumentationPath, documentation);
            return result.Diagnostics;
        }
    }

    static string MappedPath(CSharpCommandLineArguments arguments, string path)
    {
        var mapped = arguments.PathMap.FirstOrDefault(pair => path.StartsWith(pair.Key, StringComparison.Ordinal));
        return mapped.Key == null ? path : mapped.Value + path.Substring(mapped.Key.Length).Replace('\\', '/');
    }

    static SourceText Read(string path, CSharpCommandLineArguments arguments)
    {
        using (Stream file = File.OpenRead(path))
        {
            return SourceText.From(file, arguments.Encoding, arguments.ChecksumAlgorithm, canBeEmbedded: true);
        }
    }

    static MetadataReference Reference(
        CommandLineReference reference, CSharpCommandLineArguments arguments, string version)
    {
        string path = Path.Combine(arguments.BaseDirectory, reference.Reference);
        byte[] image = File.ReadAllBytes(path);
        string[] parts = version?.Split(new[] { '.', '=' }, 3);
        if (parts != null && Path.GetDirectoryName(path) == parts[2])
        {
            SetVersion(image, byte.Parse(parts[0]), byte.Parse(parts[1]));
        }
        return MetadataReference.CreateFromImage(image, reference.Properties, filePath: path);
    }

    // In the row of the assembly, four numbers of two bytes follow those of the hash algorithm (ECMA-335, II.22.2).
    static void SetVersion(byte[] image, byte major, byte minor)
    {
        using (var reader = new PEReader(new MemoryStream(image)))
        {
            MetadataReader metadata = reader.GetMetadataReader();
            int row = reader.PEHeaders.MetadataStartOffset + metadata.GetTableMetadataOffset(TableIndex.Assembly);
            image[row + 4] = major;
            image[row + 6] = minor;
            Array.Clear(image, row + 8, 4);
        }
    }

    static void Write(string path, MemoryStream content)
    {
        if (content != null)
        {
            File.WriteAllBytes(path, content.ToArray());
        }
    }
}
