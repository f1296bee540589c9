/** Where the status page of every node is served; port 80 leads to it while nothing else is there. */
export const statusPagePort = 9280;
