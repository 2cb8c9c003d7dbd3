/** Whether the promise settles within so many milliseconds. */
export async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), ms);
  const settled = () => true;
  try {
    return await Promise.race([promise.then(settled, settled), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
