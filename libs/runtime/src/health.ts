import { Controller, Get, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';

/** Whether one dependency works, in words. */
export interface DependencyHealth {
  readonly up: boolean;
  readonly detail: string;
}

/** The dependencies that readiness asks, each by name. */
export class HealthRegistry {
  readonly #dependencies = new Map<string, () => Promise<DependencyHealth>>();
  #stopping = false;

  /** Adds a dependency; `check` may reject, which counts as down. */
  add(name: string, check: () => Promise<DependencyHealth>): void {
    this.#dependencies.set(name, check);
  }

  /** From now on not ready: the service takes no more work. */
  stop(): void {
    this.#stopping = true;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  entries(): [string, () => Promise<DependencyHealth>][] {
    return [...this.#dependencies];
  }
}

const CHECK_TIMEOUT_MS = 3_000;

/** `GET /health/live` and `GET /health/ready`, with terminus's body. */
@ApiExcludeController()
@Controller('health')
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly checks: HealthCheckService,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(HealthRegistry) private readonly registry: HealthRegistry,
  ) {}

  /** The process answers; asks no dependency, for a restart would not mend one. */
  @Get('live')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.checks.check([]);
  }

  /** The service can do its work: every dependency answers and it is not stopping. */
  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    const service = () => {
      const indicator = this.indicators.check('service');
      return this.registry.stopping ? indicator.down({ detail: 'stopping' }) : indicator.up();
    };
    const dependencies = this.registry.entries().map(([name, check]) => async () => {
      const indicator = this.indicators.check(name);
      const { up, detail } = await withTimeout(check);
      return up ? indicator.up({ detail }) : indicator.down({ detail });
    });
    return this.checks.check([service, ...dependencies]);
  }
}

async function withTimeout(check: () => Promise<DependencyHealth>): Promise<DependencyHealth> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<DependencyHealth>((resolve) => {
    timer = setTimeout(
      () => resolve({ up: false, detail: `no answer within ${CHECK_TIMEOUT_MS / 1000} s` }),
      CHECK_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return { up: false, detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
