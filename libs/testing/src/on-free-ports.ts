const PORT_ATTEMPTS = 3;

/**
 * Starts something on ports that it chooses itself, and once more on others when one is in use: somebody may have taken it between our
 * choice and the program's bind.
 */
export async function onFreePorts<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      if (attempt === PORT_ATTEMPTS || !String(error).includes('Address already in use')) throw error;
    }
  }
}
