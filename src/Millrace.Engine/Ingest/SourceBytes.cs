using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Millrace.Core;

namespace Millrace.Engine.Ingest;

/// <summary>Opens a file as UTF-8 text without a byte order mark, whatever it is on disk, and hashes the bytes on the way.</summary>
internal sealed class SourceBytes : Stream
{
    private readonly string name;
    private readonly HashingStream raw;
    private readonly Stream text;
    private bool begun;

    private SourceBytes(string name, HashingStream raw, Stream text)
    {
        this.name = name;
        this.raw = raw;
        this.text = text;
    }

    /// <summary>Bytes of the file on disk that have been read: what progress is measured by.</summary>
    public long BytesRead => raw.BytesRead;

    public long FileBytes => raw.Length;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <param name="keepMark">True: a byte order mark is handed on too.</param>
    public static SourceBytes Open(string path, string name, TextCoding coding, bool keepMark = false)
    {
        var file = new HashingStream(OpenFile(path, name), isSparing: coding.Gzip);
        Stream decoded = coding.Gzip ? new GZipStream(file, CompressionMode.Decompress) : file;
        if (coding.Encoding is { } encoding)
        {
            decoded = Encoding.CreateTranscodingStream(decoded, encoding, new UTF8Encoding(false));
        }

        return new SourceBytes(name, file, decoded) { begun = keepMark };
    }

    public static FileStream OpenFile(string path, string name)
    {
        if (Directory.Exists(path))
        {
            throw Refusal.Invalid($"{name} is a folder: name the files in it, or a glob such as {name}/*.csv.");
        }

        // Opening a pipe waits for its other end, maybe for ever.
        if (new FileInfo(path) is { Exists: true, Length: 0 })
        {
            throw Refusal.Invalid(
                $"{name} is empty: there is nothing to take in. If it is a pipe, write what comes out of it to a file."
            );
        }

        try
        {
            return new FileStream(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.Open,
                    Access = FileAccess.Read,
                    Share = FileShare.Read,
                    BufferSize = 1 << 16,
                    Options = FileOptions.SequentialScan,
                }
            );
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Refusal.Invalid($"{name} does not exist: looked for it at {path}.");
        }
        catch (UnauthorizedAccessException)
        {
            throw Refusal.Invalid($"{name} may not be read: give this user the right to read {path}.");
        }
    }

    /// <summary>The SHA-256 of the whole file; reads what a decoder left unread.</summary>
    public string Hash() => raw.Finish();

    public override int Read(Span<byte> buffer)
    {
        try
        {
            var read = text.Read(buffer);
            if (read == 0)
            {
                DemandEnd();
            }

            if (begun || read == 0)
            {
                return read;
            }

            begun = true;
            while (read < 3 && text.Read(buffer[read..]) is var more and > 0)
            {
                read += more;
            }

            if (!buffer[..read].StartsWith("\uFEFF"u8))
            {
                return read;
            }

            buffer[3..read].CopyTo(buffer);
            return read > 3 ? read - 3 : text.Read(buffer);
        }
        catch (InvalidDataException e)
        {
            throw Refusal.Invalid(
                $"{name} is a damaged gzip file, it breaks off after {raw.BytesRead:N0} bytes ({e.Message.TrimEnd('.')}): fetch it again."
            );
        }
    }

    /// <summary>What a decoder leaves unread is padding of zeros, or rows that nobody would see.</summary>
    private void DemandEnd()
    {
        var at = raw.BytesRead;
        if (raw.HasRest())
        {
            throw Refusal.Invalid(
                $"{name} is a damaged gzip file, what follows byte {at:N0} is no gzip: fetch it again, or cut off what is not part of it."
            );
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            text.Dispose();
            raw.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <param name="file">The file.</param>
    /// <param name="isSparing">
    /// True: its last bytes are handed out one by one, so that what a decoder does not want is seen to be left.
    /// </param>
    private sealed class HashingStream(FileStream file, bool isSparing) : Stream
    {
        /// <summary>More than a decoder asks for at once.</summary>
        private const int Last = 1 << 14;

        private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public long BytesRead { get; private set; }

        public override long Length => file.Length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Position
        {
            get => BytesRead;
            set => throw new NotSupportedException();
        }

        public string Finish()
        {
            var rest = new byte[1 << 16];
            while (Read(rest) > 0) { }
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }

        /// <returns>False where nothing is left but zeros, with which tapes and some archivers fill up.</returns>
        public bool HasRest()
        {
            var rest = new byte[1 << 16];
            var found = false;
            while (file.Read(rest) is var read and > 0)
            {
                hash.AppendData(rest.AsSpan(0, read));
                BytesRead += read;
                found |= rest.AsSpan(0, read).ContainsAnyExcept((byte)0);
            }

            return found;
        }

        public override int Read(Span<byte> buffer)
        {
            if (isSparing && buffer.Length > 1)
            {
                var before = Math.Max(1, file.Length - Last - BytesRead);
                buffer = buffer[..(int)Math.Min(buffer.Length, before)];
            }

            var read = file.Read(buffer);
            hash.AppendData(buffer[..read]);
            BytesRead += read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                hash.Dispose();
                file.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
