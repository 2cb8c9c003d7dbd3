declare module 'html-encoding-sniffer' {
  /** The encoding's name (such as `UTF-8`) by the HTML standard's sniffing algorithm: BOM, transport, what the page declares, the default. */
  function sniffEncoding(
    bytes: Uint8Array,
    options?: {
      transportLayerEncodingLabel?: string;
      defaultEncoding?: string;
      xml?: boolean;
      maxPrescanBytes?: number;
    },
  ): string;
  export = sniffEncoding;
}
