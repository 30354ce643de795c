// The key that the sandbox signs id_tokens with, RS256 as most servers do.
// Rule: a fixed one, which signs nothing else: an RSA key takes longer to make than a sandbox to start.
// @ts-types="@types/oidc-provider"
import type { JWK } from "oidc-provider";

export const SIGNING_KEY: JWK = {
  kty: "RSA",
  use: "sig",
  alg: "RS256",
  kid: "sandbox",
  n: "vba7S86N5hpdQ-foc6ZvbBLFz8P24Q2yE7i8M5Fpy8ZhTc8Qm5XseeLVbXYWQ6B61DniXHNsr_oUIYGK" +
    "ZDc2TQ4PrvoYB_IfNcQQw9IRngn3kO-z4Qmco-YW5YkkNWxW_xKqeMb9gbhF8OPc9XWPBPWgQc9cb3nf" +
    "PcWDq1zdEjN222nMgBIuO8PESx64g6jkPUuVyQ7xh6uhEZ9mPFZ_L5kWGWac3qjmNvekrrACYGF9-IBW" +
    "NA8s1neBgNqIE6XoUMK26YEDFgCSKzkkgfDTunN-9xXhDwwHhaRSXeH6FDKV0lPmlIv7HzHYcEf6lHG1" +
    "0M-362vy4RVg_cM8M2PUmw",
  e: "AQAB",
  d: "cn2X1O0H58kbZgLL3xefgKpnpLZQBIveX1aKhdiI74h-apW_IRY-i2Rgh1nPn-p2liOEv2SNQDp88aea" +
    "3FYRuDj3MBMQc6MkQK9dqr_ZD_ZV6KswdGv3k1YllUrJhlAmxHMAXDlC_ok19GWfkKbstAKEP5Mj5sa2" +
    "-jF7_-vgIr3OaSh1Refsaz1v8abRSp-m-hkXJaa4hCzIhs41r1pk32ufjuME_N5hzx8LtcdDTAfjIXy2" +
    "9k1kkoqpSsxuMAPYeOIWfjz4mjZCZmDPurJ68Gll7R9jN1mnbCOJCj2KIis5ielr8otQ5UqQC_KoZVUg" +
    "uSA3cLpYXjbnKptExuAisQ",
  p: "-DKIPucK2vp05EbWmM_D-vdD3QDlVOIHJg3lwG-d5jDWe2xo5q-iSAARTcXMWN5lXXj7KheA5eWmA7PV" +
    "R5pnLO6JAOff7GuHrM3Q9pOj63t_seItqSDCxvUYdNWcQvSDhMBHsFJPwoZ6xic-Ss30W46pQ-MkRlEe" +
    "t7BtibvX9Ck",
  q: "w62Hfwt9YmTCgFtVgnj6_fY3JTam0V-8Ys86KLfshrsDn0ZF0wbNaIbowUAH5UST3Ub06CevuoX5Ag9k" +
    "lnJvg2JP-x6IewRLT8IdFuXaLN6kve0B85nGBUUdQmxM29UDUrjFR25P9A9lD4mfuHYzDx9Go1qym7KN" +
    "OCTR0HXYOyM",
  dp: "PLoIcfOPyWJMZWobqYn0Npx3Q0Sr1-fxvdLaqwnkRWUfpVUyGXdRqnIxyaiixf-sJ4GpWnQjupxE0VUX" +
    "0wwpQGogpVMWi78HlDVLcnlPOxedd8WSTHZSkeF4GWYGdK9k2n89SxvonfzPX1pMuHrJ1fkC2zRhNL82" +
    "V9VYB8IpJXk",
  dq: "TB2zSEsa4exZ8H4WvCL9V06wUsx4hZdc-36qm-43lo0mso0uWhEaU9-uqIWUzK0pa3jPiYLui3rTyuZb" +
    "9V3cXNogTImrA1c_SG40zJRqkuukX7DTAoQ9kA07fXwNRbINkd8H9mpFtaVLZYjeVW29HNPIsYB1W7VP" +
    "05gW-aTtkMs",
  qi: "7wrqlW-i8QORmemaNfc7UhMEeowLCvcq7Wlk4_IY6AQPReysqhUwCXhvuyvQfwDp7ZkFnl-3Jxqduk4J" +
    "YvviPGz-42tiIYFZq1FbA8CkKDM29TL78k8l84I6cI4SeRqJOLjkqLZcGgID9_6Dx9a2UOM6bsOxtLkW" +
    "jRLJCgFJYRA",
};
