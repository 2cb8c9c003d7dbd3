interface Asked {
  query: (...asked: never[]) => Promise<unknown>;
}

/**
 * Has each connection that is taken of a data source from now on asked one thing after the other: TypeORM's schema builder asks several at
 * once, which pg will refuse from version 9 on.
 */
export function oneQueryAtATime(dataSource: { createQueryRunner: (...options: never[]) => Asked }): void {
  const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (...options) => {
    const runner = createQueryRunner(...options);
    const query = runner.query.bind(runner);
    let last: Promise<unknown> = Promise.resolve();
    runner.query = (...asked) => {
      const answer = last.then(() => query(...asked));
      last = answer.catch(() => undefined);
      return answer;
    };
    return runner;
  };
}
