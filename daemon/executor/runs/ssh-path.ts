/** Writes a path for the programs that read it with a grammar of their own: ssh options and the sockets of ssh. */

/** Doubles each `%`, because ssh replaces words such as `%h` in paths. */
export const withoutTokens = (path: string): string => path.replaceAll("%", "%%");

/** Returns the value of an ssh option with a path. Without the quotes, ssh would read a path with a space as two paths. */
export const sshOption = (name: string, path: string): string => `${name}="${withoutTokens(path)}"`;

/** The longest path of a Unix socket, in bytes. */
export const SOCKET_BYTES = 107;
/** The prefix of the run, an IPv4 address, a port, their separators, and the ending that ssh adds while it creates the socket. */
const SOCKET_NAME_BYTES = "/12345678-255.255.255.255-65535.1234567890123456".length;

/** Returns true if the sockets of ssh fit into this folder. Otherwise each task of a run opens its own connection, which is slower. */
export const canShareConnections = (folder: string): boolean => Buffer.byteLength(folder) + SOCKET_NAME_BYTES <= SOCKET_BYTES;
