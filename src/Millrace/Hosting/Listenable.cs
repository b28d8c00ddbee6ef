using System.Net;
using System.Net.Sockets;
using Millrace.Core;

namespace Millrace.Hosting;

/// <summary>Whether a server can listen on an address. Asked before anything starts: what fails to start tells it as a fault.</summary>
internal static class Listenable
{
    public static void Demand(Uri address)
    {
        if (!IPAddress.TryParse(address.Host is "localhost" ? "127.0.0.1" : address.Host, out var ip))
        {
            throw Refusal.Invalid(
                $"'{address.Host}' is not an IP address: listen on one of this machine, or on 0.0.0.0 for all of them (--address)."
            );
        }

        if (address is { Host: "localhost", Port: 0 })
        {
            throw Refusal.Invalid(
                "localhost is two addresses, and a free port of one may not be free on the other: listen on 127.0.0.1 (--address)."
            );
        }

        try
        {
            using var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(ip, address.Port));
        }
        catch (SocketException ex)
        {
            throw ex.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => Refusal.Conflict(
                    $"{address} is in use: choose another port with --port, or 0 for any free one."
                ),
                SocketError.AddressNotAvailable => Refusal.Invalid(
                    $"This machine has no address {address.Host}: name one that it has with --address, or 0.0.0.0 for all of them."
                ),
                _ => Refusal.Invalid(
                    $"Nothing can listen on {address} ({ex.Message}): choose another port with --port, or another address with --address."
                ),
            };
        }
    }
}
