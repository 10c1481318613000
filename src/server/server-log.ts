import { type DestinationStream, type Logger, pino } from 'pino'

const secretHeaders = ['authorization', 'cookie', 'set-cookie', 'x-callback-nonce']
const token = /wb_[-\w]{8,}/g
const secretParameter = /([?&](?:code|token|sig|signature|secret|password|nonce|key)=)[^&\s"#]+/gi

/** A log that holds no token, cookie, sign-in code or signature, whoever wrote them into a line. */
export function createServerLog(level: string, destination: DestinationStream = pino.destination(2)): Logger {
  return pino(
    {
      level,
      redact: {
        paths: secretHeaders.flatMap((name) => [`headers["${name}"]`, `*.headers["${name}"]`]),
        censor: '[redacted]',
      },
      hooks: { streamWrite: hideSecrets },
    },
    destination,
  )
}

function hideSecrets(text: string): string {
  return text.replace(token, 'wb_[redacted]').replace(secretParameter, '$1[redacted]')
}
