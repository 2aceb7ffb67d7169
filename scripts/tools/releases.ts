import type { NativeTool } from './native.ts'

export interface Release {
  url: string
  sha256: string
}

const prometheus = (version: string, platform: string, sha256: string): Release => ({
  url: `https://github.com/prometheus/prometheus/releases/download/v${version}/prometheus-${version}.${platform}.tar.gz`,
  sha256,
})
const alertmanager = (version: string, platform: string, sha256: string): Release => ({
  url: `https://github.com/prometheus/alertmanager/releases/download/v${version}/alertmanager-${version}.${platform}.tar.gz`,
  sha256,
})

/** By tool and Node's name of the platform. A platform is listed once its archive's checksum is known. */
export const releases: Partial<Record<NativeTool, Record<string, Release>>> = {
  prometheus: {
    'linux-x64': prometheus(
      '3.13.1',
      'linux-amd64',
      '962b812371aff838d152b6ff2d56fdb7a6396f5542f48ebf73421b9721f0d103',
    ),
    'linux-arm64': prometheus(
      '2.54.0',
      'linux-arm64',
      'ed50b67cb833a225ec2a53b487c6e20372b20e56dce226423fa8611c8aa50392',
    ),
    'darwin-x64': prometheus(
      '2.54.0',
      'darwin-amd64',
      'ca4caee10bfd114adcffe8c23b80e53973be4a7c2666cd5a182a601f0eac2295',
    ),
    'darwin-arm64': prometheus(
      '2.54.0',
      'darwin-arm64',
      '875db6df65636d047b6aea3cfac56f4a0e2deb325232fb87bda2383d0330f033',
    ),
  },
  alertmanager: {
    'linux-x64': alertmanager(
      '0.33.1',
      'linux-amd64',
      '93d802cba6a8d27239d747ce117df7648d326ab67394e32247540b030e9842ba',
    ),
  },
}
