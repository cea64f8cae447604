/** User and password of an address, as they were before they were written into it; undefined where a `%` begins no character. */
export function credentialsOf(
  address: URL,
): { readonly username: string; readonly password: string } | undefined {
  try {
    return {
      username: decodeURIComponent(address.username),
      password: decodeURIComponent(address.password),
    };
  } catch {
    return undefined;
  }
}
